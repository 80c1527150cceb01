// The switch on the wire: what it answers, what it lets through, and what cannot hurt it.
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fuzzing } from "../support/fuzzing.ts";
import {
  arpRequest,
  BROADCAST,
  bytesOf,
  dhcp,
  ethernet,
  ipBytes,
  isUdpTo,
  payload,
  question,
  SWITCH,
  SwitchHome,
  udp,
  WireGuest,
} from "./network-switch.ts";

const GUESTS = [
  { name: "a", mac: "02:67:0a:07:00:02", address: "10.7.0.2" },
  { name: "b", mac: "02:67:0a:07:00:03", address: "10.7.0.3" },
  { name: "c", mac: "02:67:0a:07:00:04", address: "10.7.0.4" },
] as const;
const MEMBERS = [
  "network 10.7.0.0/24",
  ...GUESTS.map(({ name, mac, address }) => `stream ${address} ${mac} ${name}.sock`),
  "name db 10.7.0.3",
  "",
].join("\n");

let home: SwitchHome;
let a: WireGuest;
let b: WireGuest;
let c: WireGuest;

beforeAll(async () => {
  home = await SwitchHome.make(MEMBERS);
  const make = ({ name, mac, address }: (typeof GUESTS)[number]) =>
    new WireGuest(join(home.directory, `${name}.sock`), mac, address);
  [a, b, c] = [make(GUESTS[0]), make(GUESTS[1]), make(GUESTS[2])];
  await home.start();
  await home.connected();
});
afterAll(async () => {
  for (const guest of [a, b, c]) guest.close();
  await home[Symbol.asyncDispose]();
});

const to = (from: WireGuest, target: WireGuest, text: string) =>
  udp(
    {
      ...{ to: target.mac, from: from.mac, source: from.address, target: target.address },
      ...{ sourcePort: 4000, targetPort: 4000 },
    },
    Buffer.from(text),
  );
const carries = (text: string) => (frame: Buffer) => payload(frame).toString() === text;
let marks = 0;
/** Everything that was sent before has been dealt with once this has arrived. */
async function settled(from: WireGuest, target: WireGuest): Promise<void> {
  const text = `mark ${++marks}`;
  from.send(to(from, target, text));
  await target.receives(carries(text));
}
const asked = async (query: Buffer, port = 5353) => {
  const where = { to: SWITCH.mac, from: a.mac, source: a.address, target: SWITCH.address };
  a.send(udp({ ...where, sourcePort: port, targetPort: 53 }, query));
  return payload(await a.receives(isUdpTo(port)));
};
const offered = async (options: readonly number[], flags = 0) => {
  const where = { to: BROADCAST, from: a.mac, source: "0.0.0.0", target: "255.255.255.255" };
  a.send(udp({ ...where, sourcePort: 68, targetPort: 67 }, dhcp(a.mac, options, flags)));
  return a.receives(isUdpTo(68));
};

test("a frame reaches whom it is for, and a broadcast all others", async () => {
  a.send(to(a, b, "for b"));
  await b.receives(carries("for b"));
  a.send(arpRequest(a.mac, a.address, c.address));
  const isArp = (frame: Buffer) => frame.readUInt16BE(12) === 0x0806;
  await b.receives(isArp);
  await c.receives(isArp);
  await settled(a, c);
  expect(c.frames.filter(carries("for b"))).toEqual([]);
  expect(a.frames).toEqual([]);
});

test("says where it is itself", async () => {
  a.send(arpRequest(a.mac, a.address, SWITCH.address));
  const answer = await a.receives((frame) => frame.readUInt16BE(20) === 2);
  expect(answer.subarray(22, 32)).toEqual(
    Buffer.concat([bytesOf(SWITCH.mac), ipBytes(SWITCH.address)]),
  );
});

test("what a guest claims to be and is not goes nowhere", async () => {
  for (const guest of [b, c]) guest.frames = [];
  const honest = { to: b.mac, from: a.mac, source: a.address, target: b.address };
  const ports = { sourcePort: 4000, targetPort: 4000 };
  const text = Buffer.from("deceit");
  const whole = udp({ ...honest, ...ports }, text);
  const withByte = (at: number, value: number) => {
    const frame = Buffer.from(whole);
    frame[at] = value;
    return frame;
  };
  a.send(
    udp({ ...honest, ...ports, from: c.mac }, text),
    udp({ ...honest, ...ports, source: c.address }, text),
    udp({ ...honest, ...ports, source: "0.0.0.0" }, text),
    udp({ ...honest, ...ports, target: "10.0.2.15" }, text),
    udp({ ...honest, ...ports, target: "10.7.0.0" }, text),
    udp({ ...honest, ...ports, to: "01:00:5e:00:00:01", target: "224.0.0.1" }, text),
    arpRequest(a.mac, c.address, b.address),
    ethernet(b.mac, a.mac, 0x86dd, Buffer.alloc(60)),
    withByte(14, 0x65),
    withByte(14, 0x41),
    withByte(16, 255),
    Buffer.from([1, 2, 3]),
  );
  await settled(a, b);
  await settled(a, c);
  expect(b.frames).toEqual([]);
  expect(c.frames).toEqual([]);
});

test("names are answered, in whatever case, and others do not exist", async () => {
  for (const name of ["db", "DB"]) {
    const answer = await asked(question(name));
    expect(answer.readUInt16BE(2) & 0x800f).toBe(0x8000);
    expect(answer.readUInt16BE(6)).toBe(1);
    expect(answer.subarray(-4)).toEqual(ipBytes("10.7.0.3"));
    expect(answer.readUInt32BE(answer.length - 10)).toBe(0);
  }
  const other = await asked(question("db", 28));
  expect([other.readUInt16BE(2) & 15, other.readUInt16BE(6)]).toEqual([0, 0]);
  const nobody = await asked(question("nobody"));
  expect([nobody.readUInt16BE(2) & 15, nobody.readUInt16BE(6)]).toEqual([3, 0]);
});

test("DHCP gives every guest its own address, and refuses another", async () => {
  const offer = await offered([53, 1, 1]);
  const answer = payload(offer);
  expect(answer.subarray(16, 20)).toEqual(ipBytes(a.address));
  expect(answer.subarray(240, 243)).toEqual(Buffer.from([53, 1, 2]));
  expect(answer.includes(Buffer.from([6, 4, ...ipBytes(SWITCH.address)]))).toBe(true);
  expect(answer.includes(Buffer.from([1, 4, 255, 255, 255, 0]))).toBe(true);
  expect(offer.subarray(0, 6)).toEqual(bytesOf(a.mac));
  const own = await offered([53, 1, 3, 50, 4, ...ipBytes(a.address)], 0x8000);
  expect(own.subarray(0, 6)).toEqual(bytesOf(BROADCAST));
  expect(payload(own)[242]).toBe(5);
  const another = payload(await offered([53, 1, 3, 50, 4, ...ipBytes(b.address)]));
  expect([another[242], ...another.subarray(16, 20)]).toEqual([6, 0, 0, 0, 0]);
});

test("no bytes of a guest disturb it: frames, questions and requests at random", async () => {
  const content = fc.uint8Array({ maxLength: 400 });
  const changed = (whole: Buffer) =>
    fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }).chain((edits) =>
      fc.nat(whole.length).map((cut) => {
        const copy = Buffer.from(whole);
        for (const [at, value] of edits) copy[at] = value;
        return copy.subarray(0, cut % 3 === 0 ? cut : whole.length);
      }),
    );
  const inPacket = (port: number) => (bytes: Uint8Array) => {
    const dns = { to: SWITCH.mac, from: a.mac, source: a.address, target: SWITCH.address };
    return udp({ ...dns, sourcePort: 68, targetPort: port }, bytes);
  };
  const frame = fc.oneof(
    content,
    content.map((bytes) => ethernet(BROADCAST, a.mac, 0x0800, bytes)),
    content.map((bytes) => ethernet(BROADCAST, a.mac, 0x0806, bytes)),
    changed(to(a, b, "whole")),
    changed(question("a.long.name.of.some.kind")).map(inPacket(53)),
    changed(dhcp(a.mac, [53, 1, 3, 50, 4, 10, 7, 0, 2])).map(inPacket(67)),
    content.map(inPacket(53)),
    content.map(inPacket(67)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 50, maxLength: 200 }), async (frames) => {
      a.send(...frames.filter(({ length }) => length > 0));
      await settled(a, b);
      expect((await asked(question("db"), 6000)).subarray(-4)).toEqual(ipBytes("10.7.0.3"));
      a.frames = [];
      return home.running();
    }),
    fuzzing(60),
  );
});

test("an impossible length ends the connection, and the guest is connected again", async () => {
  const before = a.socket;
  before?.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
  await expect.poll(() => before?.destroyed, { timeout: 10_000 }).toBe(true);
  await home.connected();
  await settled(a, b);
});

test("a guest that does not read loses what is for it, and only that", async () => {
  c.socket?.pause();
  const large = Buffer.alloc(1400, "x").toString();
  for (let i = 0; i < 2_000; i++) a.send(to(a, c, large));
  await settled(a, b);
  await settled(b, a);
  // One sender's flood leaves room for another's frames.
  b.send(to(b, c, "in between"));
  await settled(b, a);
  c.socket?.resume();
  await c.receives(carries("in between"));
  await settled(a, c);
  expect(c.frames.filter(carries(large)).length).toBeLessThan(2_000);
});

test("a file that cannot be understood changes nothing", async () => {
  await home.members(MEMBERS.replace("name db 10.7.0.3", "name db 10.7.0.333"));
  expect(await home.ask()).toBe("error line 5 cannot be understood\n");
  await settled(a, b);
  await home.members(MEMBERS.replace("name db 10.7.0.3", "name db 10.7.0.4"));
  expect(await home.ask()).toMatch(/^ok\n/);
  expect((await asked(question("db"))).subarray(-4)).toEqual(ipBytes("10.7.0.4"));
});

test("a second switch of the same network does not start", async () => {
  const { spawnSync } = await import("node:child_process");
  const { ensureSwitch, openStore } = await import("../../toolchain/src/index.ts");
  const program = await ensureSwitch(openStore());
  const run = spawnSync(program, ["--network", "test", "members", "control"], {
    cwd: home.directory,
  });
  expect(run.status).toBe(125);
  expect(run.stderr.toString()).toBe("switch: this network has a switch already\n");
});

test("the next switch finds the guests of one that was killed", async () => {
  await home.kill();
  await home.start();
  await home.connected();
  await settled(a, b);
});
