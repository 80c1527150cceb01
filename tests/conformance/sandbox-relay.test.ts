// What the tender relays to a sandboxed guest: datagrams find back to who sent them, and many
// connections at once lose, add and mix nothing, and leave nothing behind.
import { createHash, randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PortForward } from "../../provider/src/drivers/driver.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import { buildImage, openStore, planImage } from "../../toolchain/src/index.ts";
import { SandboxHome } from "./sandbox-driver-home.ts";

const PORT = 7;
const CONNECTIONS = 120;
// Many times what a guest takes at once, so that windows close and queues fill on all sides.
const BYTES_EACH = 500_000;
const CLIENTS = 150; // more than the tender remembers at a time
const never = new AbortController().signal;
const patience = { everyMs: 10, timeoutMs: 20_000 };
const forward = (protocol: "tcp" | "udp"): PortForward => ({
  host: 0,
  guest: PORT,
  protocol,
  address: "127.0.0.1",
});
let home: SandboxHome;
let id: string;
let tcpPort = 0;
let udpPort = 0;

beforeAll(async () => {
  const plan = await planImage({
    app: fileURLToPath(new URL("echo-app", import.meta.url)),
    libraries: ["lwip", "socket", "poll"],
    options: {},
    optimize: "speed",
    platform: "linux",
    architecture: "x86_64",
  });
  const imagePath = (await buildImage(plan, openStore())).path;
  home = await SandboxHome.make();
  const spec = await home.spec({}, { ports: [forward("tcp"), forward("udp")] });
  id = spec.id;
  const { ports } = await home.driver.apply({ ...spec, imagePath, memoryBytes: 32 << 20 }, never);
  [tcpPort, udpPort] = ports.map(({ host }) => host) as [number, number];
  const listens = async () =>
    (await home.driver.consoleTail(id, 5)).includes("listening") || undefined;
  expect(await poll(listens, patience)).toBe(true);
}, 600_000);

afterAll(() => home[Symbol.asyncDispose]());

/** Sends one datagram, again where it was lost, until its own answer comes back. */
async function ask(bytes: Buffer): Promise<Buffer> {
  const socket = createSocket("udp4");
  const answers: Buffer[] = [];
  socket.on("message", (message) => answers.push(message));
  try {
    const answered = async () => {
      if (answers.length === 0) socket.send(bytes, udpPort, "127.0.0.1");
      return answers[0];
    };
    const answer = await poll(answered, { everyMs: 100, timeoutMs: 20_000 });
    return answer ?? Buffer.from("no answer");
  } finally {
    socket.close();
  }
}

test("datagrams come back as they were", async () => {
  for (const length of [0, 1, 100, 1472]) {
    const bytes = randomBytes(length);
    expect((await ask(bytes)).equals(bytes)).toBe(true);
  }
});

test(`${CLIENTS} clients get their own datagrams back`, async () => {
  const sent = Array.from({ length: CLIENTS }, (_, index) => Buffer.from(`client ${index}`));
  const got = new Set<string>();
  // As many at a time as the tender remembers for certain.
  for (let at = 0; at < CLIENTS; at += 50) {
    const answers = await Promise.all(sent.slice(at, at + 50).map(ask));
    for (const [index, answer] of answers.entries()) {
      expect(answer.toString()).toBe(`client ${at + index}`);
      got.add(answer.toString());
    }
  }
  expect(got.size).toBe(CLIENTS);
});

/** Sends bytes while it reads what comes back, then closes its half. */
function echoed(bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash("sha256");
    const socket = connect({ port: tcpPort, host: "127.0.0.1" });
    socket.on("data", (chunk) => hash.update(chunk));
    socket.on("end", () => resolve(hash.digest("hex")));
    socket.on("error", reject);
    socket.end(bytes);
  });
}

test(`${CONNECTIONS} connections at once lose, add and mix nothing`, async () => {
  const record = JSON.parse(
    readFileSync(join(home.directory, "guests", id, "guest.json"), "utf8"),
  ) as { process: { pid: number } };
  const open = () => readdirSync(`/proc/${record.process.pid}/fd`).length;
  await echoed(Buffer.from("first"));
  const before = open();
  const sent = Array.from({ length: CONNECTIONS }, () => randomBytes(BYTES_EACH));
  const got = await Promise.all(sent.map(echoed));
  expect(got).toEqual(sent.map((bytes) => createHash("sha256").update(bytes).digest("hex")));
  expect(await poll(() => (open() <= before ? true : undefined), patience)).toBe(true);
});

test("a guest sends more than a window's worth without waiting for its timers", async () => {
  const bytes = randomBytes(1_000_000);
  expect(await echoed(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"));
});

test("a client that reads nothing holds up nobody else", async () => {
  const lazy = connect({ port: tcpPort, host: "127.0.0.1" });
  try {
    lazy.pause();
    lazy.write(Buffer.alloc(2_000));
    expect(await echoed(Buffer.from("hello"))).toBe(
      createHash("sha256").update("hello").digest("hex"),
    );
  } finally {
    lazy.destroy();
  }
});
