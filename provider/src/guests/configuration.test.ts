import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeConfiguration, encodeConfiguration, isSameConfiguration } from "./configuration.ts";

test("is a sequence of NUL-terminated strings behind a signature", () => {
  const bytes = encodeConfiguration({
    args: ["--fast", ""],
    env: { B: "2", A: "x=y" },
    hostname: "web",
    network: { address: "10.0.2.15/24", gateway: "10.0.2.2", dns: "10.0.2.3" },
    mounts: [
      { name: "volume0", path: "/data", readOnly: false },
      { name: "volume1", path: "/etc", readOnly: true },
    ],
    clockRealtimeNs: 1_700_000_000_000_000_000n,
  });
  expect(bytes.toString()).toBe(
    "unikernel-config/1\0arg:--fast\0arg:\0env:A=x=y\0env:B=2\0hostname:web\0" +
      "net.address:10.0.2.15/24\0net.gateway:10.0.2.2\0net.dns:10.0.2.3\0" +
      "volume:volume0=/data\0volume.read-only:volume1=/etc\0" +
      "clock.realtime:1700000000000000000\0",
  );
});

test("reads back what it wrote", () => {
  const text = fc.string({ unit: "grapheme" }).filter((value) => !value.includes("\0"));
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);
  fc.assert(
    fc.property(fc.array(text), fc.dictionary(name, text), (args, env) => {
      const decoded = decodeConfiguration(encodeConfiguration({ args, env }));
      expect(decoded?.args).toEqual(args);
      expect(decoded?.env).toEqual({ ...env });
    }),
  );
});

test("refuses NUL without showing the value", () => {
  expect(() => encodeConfiguration({ args: [], env: { TOKEN: "hush\0hush" } })).toThrow(
    /^env\.TOKEN must not contain a NUL character$/,
  );
  expect(() => encodeConfiguration({ args: ["a\0"], env: {} })).toThrow(/args\[0\]/);
  expect(() => encodeConfiguration({ args: [], env: { "A=B": "" } })).toThrow(/"A=B"/);
});

test("the clock does not make a configuration different", () => {
  const at = (clockRealtimeNs: bigint, value: string) =>
    encodeConfiguration({ args: [], env: { A: value }, clockRealtimeNs });
  expect(isSameConfiguration(at(1n, "x"), at(2n, "x"))).toBe(true);
  expect(isSameConfiguration(at(1n, "x"), at(1n, "y"))).toBe(false);
});

test("other bytes are not a configuration", () => {
  expect(decodeConfiguration(Buffer.from("hello\0"))).toBeUndefined();
});
