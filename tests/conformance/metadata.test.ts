// Guests that a cloud tells their arguments and environment: a metadata server of the test's own
// answers as Amazon's and as Google's do, at their address in QEMU's network.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { writeSparse } from "../../toolchain/src/disk/write.ts";
import {
  buildImage,
  diskImage,
  ensureEfiStub,
  openStore,
  planImage,
} from "../../toolchain/src/index.ts";
import { temporaryDirectory } from "./temporary.ts";
import { startUefiMachine, uefiMissing } from "./uefi-machine.ts";

const SECRET = "token-of-the-test";
const END_TIMEOUT_MS = 60_000;
const pipe = join(import.meta.dirname, "metadata-pipe.ts");
let image: string;
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => unknown;
let asked: string[];

beforeAll(async () => {
  const app = join(import.meta.dirname, "metadata-app");
  const request = { app, libraries: ["metadata"], options: {}, optimize: "speed" } as const;
  const plan = await planImage({ ...request, platform: "kvm", architecture: "x86_64" });
  image = (await buildImage(plan, openStore())).path;
  server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    answer(incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}, 300_000);
afterAll(() => void server?.close());
beforeEach(() => {
  asked = [];
});

/** QEMU's network with the server in it; devices name it "net". */
function network(): readonly string[] {
  const port = (server.address() as AddressInfo).port;
  const options = [
    "user,id=net,net=169.254.0.0/16,host=169.254.0.2,dns=169.254.0.3,dhcpstart=169.254.0.15",
    `guestfwd=tcp:169.254.169.254:80-cmd:${process.execPath} ${pipe} ${port}`,
  ];
  return ["-netdev", options.join(",")];
}

const linesOf = (output: string) => output.trim().split(/\r?\n/);

/** Boots a guest that is told nothing by its host; returns its console once it has ended. */
async function boot(): Promise<{ readonly status: number | null; readonly lines: string[] }> {
  const guest = spawn("qemu-system-x86_64", [
    ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio"],
    ...["-machine", "microvm,pic=off,pit=off,rtc=off,acpi=off", "-accel", "tcg", "-cpu", "max"],
    ...["-m", "32M", "-kernel", image, "-global", "virtio-mmio.force-legacy=false"],
    ...["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"],
    ...[...network(), "-device", "virtio-net-device,netdev=net"],
  ]);
  let output = "";
  for (const stream of [guest.stdout, guest.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const limit = setTimeout(() => guest.kill("SIGKILL"), END_TIMEOUT_MS);
  const code = await new Promise<number | null>((resolve) => guest.on("close", resolve));
  clearTimeout(limit);
  return { status: code === null ? null : code >> 1, lines: linesOf(output) };
}

const told = "unikernel-config/1\0arg:two words\0env:COLOR=blue\0env:EMPTY=\0";
const said = ["argument two words", "variable COLOR=blue", "variable EMPTY=", "that is all"];

/** Amazon's server, which tells nothing without a token. */
const amazon =
  (userData: string | null) => (request: IncomingMessage, response: ServerResponse) => {
    const { method, url, headers } = request;
    if (method === "PUT" && url === "/latest/api/token") {
      const isRight = headers["x-aws-ec2-metadata-token-ttl-seconds"] === "60";
      return void response.writeHead(isRight ? 200 : 400).end(isRight ? SECRET : "");
    }
    if (headers["x-aws-ec2-metadata-token"] !== SECRET) return void response.writeHead(401).end();
    if (url !== "/latest/user-data" || userData === null) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": "application/octet-stream" }).end(userData);
  };

/** Google's server, which tells nothing to who does not name it. */
const google = (value: string | null) => (request: IncomingMessage, response: ServerResponse) => {
  const { method, url, headers } = request;
  response.setHeader("Metadata-Flavor", "Google");
  if (headers["metadata-flavor"] !== "Google") return void response.writeHead(403).end();
  const path = "/computeMetadata/v1/instance/attributes/unikernel-config";
  if (method !== "GET" || url !== path || value === null) return void response.writeHead(404).end();
  response.writeHead(200, { "content-type": "application/text" }).end(value);
};

describe("a guest on Amazon's instances", () => {
  test("learns its arguments and environment from its user data", async () => {
    answer = amazon(told);
    expect(await boot()).toEqual({ status: 0, lines: said });
    expect(asked).toEqual(["PUT /latest/api/token", "GET /latest/user-data"]);
  });

  test("starts without any when there are none", async () => {
    answer = amazon(null);
    expect(await boot()).toEqual({ status: 0, lines: ["that is all"] });
  });

  test("does not start with what is not for it", async () => {
    answer = amazon("#!/bin/sh\necho hello\n");
    const { status, lines } = await boot();
    expect(status).toBe(1);
    expect(lines).toEqual([
      "[unikernel] metadata: what 169.254.169.254 tells is no configuration of a unikernel; cannot start",
    ]);
  });
});

describe("a guest on Google's instances", () => {
  test("learns them from an attribute, also a long one", async () => {
    const long = `env:LONG=${"x".repeat(40_000)}`;
    answer = google(Buffer.from(`${told}${long}\0`).toString("base64"));
    const { status, lines } = await boot();
    expect(status).toBe(0);
    expect(lines).toEqual([...said.slice(0, -1), `variable ${long.slice(4)}`, "that is all"]);
  });

  test("starts without any when there are none", async () => {
    answer = google(null);
    expect(await boot()).toEqual({ status: 0, lines: ["that is all"] });
  });

  test("learns them when it was started from a disk as there", async (context) => {
    if (uefiMissing.length > 0) context.skip(`${uefiMissing.join(", ")}: missing`);
    answer = google(Buffer.from(told).toString("base64"));
    const stub = await ensureEfiStub(openStore());
    const disk = join(temporaryDirectory(), "disk.raw");
    await writeSparse(disk, diskImage({ stub, kernel: readFileSync(image) }));
    const machine = startUefiMachine(disk, "q35", [
      ...["-device", "virtio-scsi-pci", "-device", "scsi-hd,drive=disk"],
      ...[...network(), "-device", "virtio-net-pci,netdev=net,disable-legacy=on,romfile="],
    ]);
    expect(await machine.ended(END_TIMEOUT_MS)).toBe(0);
    expect(linesOf(machine.console()).slice(-said.length)).toEqual(said);
  });
});

describe("a metadata server", () => {
  test("that is too busy or drops connections is asked again", async () => {
    let count = 0;
    answer = (request, response) => {
      count += 1;
      if (count === 1) return void response.writeHead(503).end();
      if (count === 3) return void request.socket.destroy();
      amazon(told)(request, response);
    };
    expect(await boot()).toEqual({ status: 0, lines: said });
    expect(asked).toHaveLength(4);
  });

  test("whose answers come in pieces, cut off, or with fields in any case is understood", async () => {
    let count = 0;
    answer = async (request, response) => {
      if (request.method === "PUT") return amazon(told)(request, response);
      count += 1;
      const socket = request.socket;
      const head = `HTTP/1.1 200 OK\r\nX-Content-Length: 1\r\ncontent-LENGTH:\t${told.length} \r\n\r\n`;
      const whole = head + told;
      if (count === 1) return void socket.end(whole.slice(0, -1));
      if (count === 2) return void socket.end(head.slice(0, -2));
      for (const piece of whole.match(/.{1,16}/gs) ?? []) {
        socket.write(piece);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      // It stays open: the guest knows by the length that this was all.
    };
    expect(await boot()).toEqual({ status: 0, lines: said });
    expect(asked).toHaveLength(4);
  });

  test("of nobody's is not believed", async () => {
    answer = (_request, response) => void response.writeHead(404).end();
    const { status, lines } = await boot();
    expect(status).toBe(1);
    expect(lines).toEqual([
      "[unikernel] metadata: 169.254.169.254 is neither Amazon's nor Google's; cannot start",
    ]);
  });
});
