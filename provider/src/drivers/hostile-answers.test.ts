// Damaged records and answers, as a disk, another version, libvirt or a QEMU that a guest has taken
// over may give them: what is read from them is of the right shape, or nothing, or an Error.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fuzzing } from "../../../tests/support/fuzzing.ts";
import { decodeConfiguration, encodeConfiguration } from "../guests/configuration.ts";
import { debugInformationOf } from "../guests/debug-information.ts";
import { guestEnd } from "../guests/exit-status.ts";
import { hasCommonFields, isSameGuest, summaryOf } from "./guest-record.ts";
import { formatRecord, parseRecord } from "./libvirt/record.ts";
import { hasEstablished, parseUserNetwork } from "./qemu/forwards.ts";
import { Qmp } from "./qemu/qmp.ts";

const FORWARD = { host: 8080, guest: 80, protocol: "tcp", address: "127.0.0.1" } as const;
const RECORD = {
  format: 1,
  id: "web",
  owner: "urn",
  progress: "kept",
  digest: "sha256:0",
  imagePath: "/image",
  memoryBytes: 1,
  cpus: 1,
  ports: [FORWARD],
  forwards: [FORWARD],
  accelerator: "auto",
  startedAtMs: 1,
  process: { pid: 1, startTicks: 2 },
} as const;
const TABLE = `Hub -1 (net0):
  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ
  TCP[ESTABLISHED]   21       127.0.0.1  8080       10.0.2.15    80     0     0
  TCP[HOST_FORWARD]  12       127.0.0.1  8080       10.0.2.15    80     0     0
`;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "unikernel-hostile-"));
});
afterAll(() => rm(directory, { recursive: true }));

/** The text with a few places overwritten, taken out, or followed by something else. */
function damaged(text: string): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat(text.length),
    remove: fc.nat(8),
    insert: fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom("\0", "<", '"', "&#0;", "9e99")),
  });
  return fc
    .array(change, { maxLength: 4 })
    .map((changes) =>
      changes.reduce(
        (now, { at, remove, insert }) => now.slice(0, at) + insert + now.slice(at + remove),
        text,
      ),
    );
}

test("a record is complete, or none", () => {
  const value = fc.dictionary(fc.constantFrom(...Object.keys(RECORD)), fc.jsonValue(), {
    maxKeys: 2,
  });
  fc.assert(
    fc.property(value, (changes) => {
      const record: unknown = { ...RECORD, ...changes };
      if (!hasCommonFields(record)) return;
      expect(isSameGuest(record, summaryOf(record))).toBe(true);
      for (const { host, guest } of record.ports) expect(host + guest).toBeTypeOf("number");
    }),
    fuzzing(),
  );
});

test("the metadata of a domain are a record, or none", () => {
  fc.assert(
    fc.property(fc.oneof(damaged(formatRecord(RECORD)), fc.string()), (text) => {
      expect(["web", undefined]).toContain(parseRecord(text, "web")?.id);
    }),
    fuzzing(),
  );
  expect(parseRecord(formatRecord(RECORD), "web")).toEqual(RECORD);
});

test("a table of connections gives ports and addresses, whatever is in it", () => {
  expect(parseUserNetwork(TABLE)).toEqual([FORWARD]);
  expect(hasEstablished(TABLE, FORWARD)).toBe(true);
  fc.assert(
    fc.property(damaged(TABLE), (text) => {
      for (const { host, guest, protocol } of parseUserNetwork(text)) {
        expect([Number.isInteger(host), Number.isInteger(guest)]).toEqual([true, true]);
        expect(["tcp", "udp"]).toContain(protocol);
      }
      hasEstablished(text, FORWARD);
    }),
    fuzzing(),
  );
});

test("configurations and consoles that were damaged fail nothing", () => {
  const configuration = encodeConfiguration({ args: ["a", "b"], env: { KEY: "value" } });
  fc.assert(
    fc.property(damaged(configuration.toString("latin1")), fc.nat(300), (text, code) => {
      decodeConfiguration(Buffer.from(text, "latin1"));
      const { exitStatus = 0 } = guestEnd({ code, killed: false }, text);
      expect(Number.isInteger(exitStatus)).toBe(true);
    }),
    fuzzing(),
  );
});

test("a table of symbols that was damaged gives none, or fewer", async () => {
  const path = join(directory, "symbols");
  const elf = Buffer.alloc(256);
  elf.write("\x7fELF\x02\x01\x01", "latin1");
  elf.writeBigUInt64LE(64n, 40);
  elf.writeUInt16LE(2, 60);
  elf.writeUInt32LE(2, 64 + 4);
  const changes = fc.array(fc.tuple(fc.nat(elf.length - 1), fc.nat(255)), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(changes, fc.nat(elf.length), async (given, length) => {
      const copy = Buffer.from(elf);
      for (const [at, value] of given) copy.writeUInt8(value, at);
      await writeFile(path, copy.subarray(0, length));
      expect(Array.isArray((await debugInformationOf(path)).lines)).toBe(true);
    }),
    fuzzing(100),
  );
});

test("a monitor that sends without end is given up", async () => {
  const path = join(directory, "endless");
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    const more = () => {
      while (!socket.destroyed && socket.write("x".repeat(65_536)));
      socket.once("drain", more);
    };
    more();
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  await expect(Qmp.connect(path)).rejects.toThrow("sends without end");
  server.close();
});

test("a monitor that answers anything is an Error, or an answer", async () => {
  const path = join(directory, "monitor");
  let answers: readonly string[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    for (const answer of answers) socket.write(answer);
    socket.end();
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const line = fc.oneof(
    fc.constantFrom('{"QMP":{}}\n', '{"return":{}}\n', '{"error":{}}\n', '{"event":"STOP"}\n'),
    fc.constantFrom("null\n", "7\n", '"x"\n', "[]\n", '{"error":null}\n', "{", "\n"),
    fc.string(),
  );
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 5 }), async (given) => {
        answers = given;
        const outcome = await Qmp.connect(path).then(
          async (qmp) => {
            const answer = await qmp.human("info status").catch((error: unknown) => error);
            qmp.close();
            return answer;
          },
          (error: unknown) => error,
        );
        expect(outcome instanceof Error || typeof outcome === "string").toBe(true);
      }),
      fuzzing(200),
    );
  } finally {
    server.close();
  }
});
