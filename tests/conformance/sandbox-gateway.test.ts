// The gateway of sandboxed guests on the wire: what a guest reaches outside and what not, and that
// nothing a guest sends ends it.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import type { Duplex } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { poll } from "../../provider/src/guests/wait.ts";
import { ensureGateway, openStore } from "../../toolchain/src/index.ts";
import { gatewayNetwork } from "../../toolchain/src/tender/gateway.ts";
import { arpRequest, ethernet, ipBytes, payload, udp, word } from "./network-switch.ts";

const GUEST = { mac: "02:00:00:00:00:15", address: gatewayNetwork.guest };
const GATEWAY_MAC = "52:55:0a:00:02:02";
const [FIN, SYN, RST, ACK] = [1, 2, 4, 16];
const PATIENCE = { everyMs: 5, timeoutMs: 10_000 };
const outside = Object.values(networkInterfaces())
  .flat()
  .find((one) => one !== undefined && one.family === "IPv4" && !one.internal)?.address;
const ALONE = "this machine has no address but its loopback's";

let gateway: ChildProcess;
let wire: Duplex;
let frames: Buffer[];

beforeEach(async () => {
  frames = [];
  let rest = Buffer.alloc(0);
  gateway = spawn(await ensureGateway(openStore()), [], {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
  });
  wire = gateway.stdio[3] as Duplex;
  wire.on("error", () => undefined);
  wire.on("data", (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
      const length = rest.readUInt32BE();
      frames.push(rest.subarray(4, 4 + length));
      rest = rest.subarray(4 + length);
    }
  });
  expect((await once(gateway, "exit"))[0]).toBe(0);
});

afterEach(() => {
  wire.destroy();
});

function send(frame: Uint8Array): void {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(frame.length);
  wire.write(Buffer.concat([length, frame]));
}

async function receives(fits: (frame: Buffer) => boolean): Promise<Buffer> {
  const found = await poll(() => {
    const index = frames.findIndex(fits);
    return index < 0 ? undefined : frames.splice(index, 1)[0];
  }, PATIENCE);
  if (found === undefined) throw new Error("the guest did not receive it");
  return found;
}

interface Segment {
  readonly to: { readonly address: string; readonly port: number };
  readonly sequence: number;
  readonly acknowledgement?: number;
  readonly flags: number;
  readonly content?: string;
}

/** From the guest's port 4000. */
function segment({ to, sequence, acknowledgement = 0, flags, content = "" }: Segment): Buffer {
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(4000, 0);
  tcp.writeUInt16BE(to.port, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp.writeUInt32BE(acknowledgement, 8);
  tcp.writeUInt16BE((5 << 12) | flags, 12);
  tcp.writeUInt16BE(65_535, 14);
  const ip = Buffer.from([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0]);
  word(40 + content.length).copy(ip, 2);
  const addresses = Buffer.concat([ipBytes(GUEST.address), ipBytes(to.address)]);
  const packet = Buffer.concat([ip, addresses, tcp, Buffer.from(content)]);
  return ethernet(GATEWAY_MAC, GUEST.mac, 0x0800, packet);
}

const isTcp = (frame: Buffer) => frame.readUInt16BE(12) === 0x0800 && frame[23] === 6;
const flagsOf = (frame: Buffer) => frame[47] ?? 0;
const sequenceOf = (frame: Buffer) => frame.readUInt32BE(38);
const contentOf = (frame: Buffer) => frame.subarray(54, 14 + frame.readUInt16BE(16)).toString();

async function answersArp(): Promise<void> {
  send(arpRequest(GUEST.mac, GUEST.address, gatewayNetwork.gateway));
  await receives((frame) => frame.readUInt16BE(12) === 0x0806);
}

test("a connection of the guest carries bytes both ways and ends as the guest ends it", async (context) => {
  if (outside === undefined) return context.skip(ALONE);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("data", (bytes) => socket.write(`<${bytes}>`));
    socket.on("end", () => socket.end("bye"));
  });
  server.listen(0, outside);
  await once(server, "listening");
  try {
    const to = { address: outside, port: (server.address() as AddressInfo).port };
    send(segment({ to, sequence: 99, flags: SYN }));
    const answer = await receives((frame) => isTcp(frame) && flagsOf(frame) === (SYN | ACK));
    const first = sequenceOf(answer) + 1;
    send(segment({ to, sequence: 100, acknowledgement: first, flags: ACK, content: "one" }));
    expect(contentOf(await receives((frame) => contentOf(frame) !== ""))).toBe("<one>");
    const rest = { to, acknowledgement: first + 5, flags: ACK };
    // What comes twice is taken once, and what comes too early not at all.
    send(segment({ ...rest, sequence: 100, content: "one" }));
    send(segment({ ...rest, sequence: 110, content: "later" }));
    send(segment({ ...rest, sequence: 103, content: "two", flags: ACK | FIN }));
    const end = await receives((frame) => isTcp(frame) && (flagsOf(frame) & FIN) !== 0);
    expect(frames.filter(isTcp).map(contentOf).join("")).toBe("<two>bye");
    expect(sequenceOf(end) - first).toBe("<one><two>bye".length);
  } finally {
    server.close();
  }
});

test.each(["127.0.0.1", gatewayNetwork.gateway, "0.0.0.0", "10.0.2.77", "224.0.0.1"])(
  "%s is refused, although somebody listens there on the host",
  async (address) => {
    const accepted: Socket[] = [];
    const server = createServer((socket) => accepted.push(socket));
    server.listen(0, "0.0.0.0");
    await once(server, "listening");
    try {
      const to = { address, port: (server.address() as AddressInfo).port };
      send(segment({ to, sequence: 1, flags: SYN }));
      const answer = await receives(isTcp);
      expect(flagsOf(answer)).toBe(RST | ACK);
      expect(accepted).toEqual([]);
    } finally {
      server.close();
    }
  },
);

test("datagrams of the guest are answered, but not by the host's loopback", async (context) => {
  if (outside === undefined) return context.skip(ALONE);
  const server = createSocket("udp4");
  server.on("message", (message, from) => server.send(`<${message}>`, from.port, from.address));
  server.bind(0, "0.0.0.0");
  await once(server, "listening");
  try {
    const ends = { to: GATEWAY_MAC, from: GUEST.mac, source: GUEST.address };
    const ports = { sourcePort: 4000, targetPort: server.address().port };
    send(udp({ ...ends, ...ports, target: "127.0.0.1" }, Buffer.from("inside")));
    send(udp({ ...ends, ...ports, target: outside }, Buffer.from("outside")));
    const isUdp = (frame: Buffer) => frame.readUInt16BE(12) === 0x0800 && frame[23] === 17;
    expect(payload(await receives(isUdp)).toString()).toBe("<outside>");
    expect(frames.filter(isUdp)).toEqual([]);
  } finally {
    server.close();
  }
});

test("frames of all kinds of nonsense are dropped", async () => {
  const to = { address: "10.0.2.2", port: 1 };
  const good = [
    segment({ to, sequence: 1, flags: SYN, content: "x" }),
    segment({ to, sequence: 1, flags: ACK }),
    arpRequest(GUEST.mac, GUEST.address, gatewayNetwork.gateway),
  ];
  for (let index = 0; index < 2_000; index++) {
    const frame = Buffer.from(good[index % good.length] ?? []);
    const at = 12 + (index % (frame.length - 12));
    randomBytes(1 + (index % 3)).copy(frame, at);
    send(frame.subarray(0, index % 5 === 0 ? 14 + (index % 30) : frame.length));
  }
  frames = [];
  await answersArp();
});

test("a frame that cannot be ends it, and with it the guest's network", async () => {
  await answersArp();
  wire.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
  await once(wire, "close");
});
