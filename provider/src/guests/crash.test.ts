import fc from "fast-check";
import { expect, test } from "vitest";
import { fuzzing } from "../../../tests/support/fuzzing.ts";
import { lastLines } from "./console.ts";
import { formatCrash, parseCrash } from "./crash.ts";
import { noDebugInformation } from "./debug-information.ts";
import { formatReport } from "./report.ts";

const LINE =
  '[unikernel] crash {"build":"00ff00ff00ff00ff","reason":"page fault: null pointer","registers":{"rip":"0x100112","rsp":"0x1ffff0"},"frames":["0x100205","0x900000"]}';
const SYMBOLS = {
  functions: [
    { name: "handle_request", address: 0x100100n, length: 0x40n },
    { name: "main", address: 0x100200n, length: 0x20n },
  ],
  lines: [
    { address: 0x100200, file: "app/main.c", line: 7 },
    { address: 0x100205, file: "app/main.c", line: 9 },
    { address: 0x100210, file: "", line: 0 },
  ],
};

test("reads what the platform prints", () => {
  expect(parseCrash(LINE)).toEqual({
    build: "00ff00ff00ff00ff",
    reason: "page fault: null pointer",
    registers: { rip: 0x100112n, rsp: 0x1ffff0n },
    frames: [0x100205n, 0x900000n],
  });
});

test("what was cut off or is something else is no record", () => {
  expect(parseCrash(LINE.slice(0, -5))).toBeUndefined();
  expect(parseCrash(`note: ${LINE}`)).toBeUndefined();
  expect(parseCrash("[unikernel] crash soon")).toBeUndefined();
});

test("values of a wrong shape are left out", () => {
  const crash = parseCrash('[unikernel] crash {"registers":{"rip":7},"frames":["x","0x10"]}');
  expect(crash).toEqual({ build: "", reason: "unknown", registers: {}, frames: [0x10n] });
});

test("names functions", () => {
  const crash = parseCrash(LINE);
  if (crash === undefined) throw new Error("not parsed");
  expect(formatCrash(crash, SYMBOLS)).toEqual([
    "crash: page fault: null pointer",
    "  at handle_request+0x12 (0x100112)",
    "  from main+0x4 (0x100205) in app/main.c:7",
    "  from 0x900000",
  ]);
});

test("a report shows the console with the crash made readable", () => {
  expect(formatReport("the guest crashed", ["hello", LINE], SYMBOLS)).toBe(
    "the guest crashed. The end of its console:\n  | hello\n  | crash: page fault: null pointer\n" +
      "  |   at handle_request+0x12 (0x100112)\n  |   from main+0x4 (0x100205) in app/main.c:7\n  |   from 0x900000",
  );
  expect(formatReport("it ended", [], noDebugInformation)).toBe("it ended. Its console is empty.");
});

test("a record that lies cannot steer a terminal, forge lines or hide the failure", () => {
  const lie = {
    reason: "fine\n  | all is well\u001b[2J\u202e",
    build: { toString: 1 },
    registers: { rip: "0x100112", __proto__: "0x1" },
    frames: Array.from({ length: 4_000 }, () => "0x100205"),
  };
  const report = formatReport("it ended", [`[unikernel] crash ${JSON.stringify(lie)}`], SYMBOLS);
  const lines = report.split("\n");
  expect(lines[1]).toBe("  | crash: fine\\x0a  | all is well\\x1b[2J\\u{202e}");
  expect(lines).toHaveLength(67);
  const other = formatReport("it ended", ['[unikernel] crash {"reason":{"toString":1}}'], SYMBOLS);
  expect(other).toContain("crash: unknown");
});

test("an endless line does not fill the report", () => {
  const report = formatReport("it ended", ["x".repeat(60_000)], noDebugInformation);
  expect(report.length).toBeLessThan(1_200);
  expect(report).toContain("59000 more characters");
});

test("whatever follows the mark, reading it neither fails nor lets control characters through", () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const record = fc.record(
    { build: value, reason: value, registers: value, frames: value },
    { requiredKeys: [] },
  );
  const line = fc.oneof(
    record.map((json) => `[unikernel] crash ${JSON.stringify(json)}`),
    fc.string().map((text) => `[unikernel] crash {${text}`),
    fc
      .tuple(fc.nat(LINE.length), fc.string({ maxLength: 3 }))
      .map(([at, text]) => LINE.slice(0, at) + text + LINE.slice(at + text.length)),
  );
  fc.assert(
    fc.property(line, (text) => {
      const [shown = ""] = lastLines(text, 1);
      expect(formatReport("it ended", [shown], SYMBOLS).replaceAll("\n", "")).not.toMatch(
        /\p{Cc}/u,
      );
    }),
    fuzzing(),
  );
});
