// A guest's HTTP server and the network below it, as a peer on the host sees them: RFC 9112 to
// the letter where it guards against smuggling, and load that used to stall other stacks.
import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildImage, openStore, planImage } from "../../toolchain/src/index.ts";
import { converse, type NetworkGuest, startNetworkGuest } from "./network-guest.ts";

const BUILD_TIMEOUT_MS = 600_000;
let image: string;

beforeAll(async () => {
  const plan = await planImage({
    app: fileURLToPath(new URL("network-app", import.meta.url)),
    libraries: ["lwip", "httpd"],
    options: {},
    optimize: "speed",
    platform: "kvm",
    architecture: "x86_64",
  });
  image = (await buildImage(plan, openStore())).path;
}, BUILD_TIMEOUT_MS);

const statusesOf = (text: string) =>
  [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));

const get = (path: string, headers = "") => `GET ${path} HTTP/1.1\r\nHost: guest\r\n${headers}\r\n`;

describe.each([
  { name: "microvm", machine: "microvm,acpi=off", device: "virtio-net-device,netdev=n0" },
  { name: "microvm with ACPI", machine: "microvm", device: "virtio-net-device,netdev=n0" },
  {
    name: "microvm, virtio 1.0",
    machine: "microvm",
    device: "virtio-net-device,netdev=n0",
    extra: ["-global", "virtio-mmio.force-legacy=false"],
  },
  { name: "pc", machine: "pc", device: "virtio-net-pci,netdev=n0" },
  { name: "pc, legacy", machine: "pc", device: "virtio-net-pci,netdev=n0,disable-modern=on" },
  { name: "pc, lines", machine: "pc", device: "virtio-net-pci,netdev=n0,vectors=0" },
  { name: "q35", machine: "q35", device: "virtio-net-pci,netdev=n0" },
  ...["pc", "q35"].map((machine) => ({
    name: `${machine} whose firmware assigns nothing`,
    machine,
    device: "virtio-net-pci,netdev=n0,romfile=",
    extra: ["-bios", "qboot.rom"],
  })),
  {
    name: "microvm, 12 MiB",
    machine: "microvm",
    device: "virtio-net-device,netdev=n0",
    memory: "12M",
  },
])("the network on $name", (hardware) => {
  let guest: NetworkGuest;
  beforeAll(async () => {
    guest = await startNetworkGuest(image, hardware);
  });
  afterAll(() => guest?.stop());

  test("answers requests on kept and pipelined connections", async () => {
    const { text } = await converse(
      guest.port,
      get("/").repeat(20) + get("/", "Connection: close\r\n"),
    );
    expect(statusesOf(text)).toEqual(Array(21).fill(200));
    expect(text.split("hello\n").length - 1).toBe(21);
    expect(guest.running()).toBe(true);
  });
});

describe("an HTTP server in a guest", () => {
  let guest: NetworkGuest;
  beforeAll(async () => {
    guest = await startNetworkGuest(image, {
      machine: "microvm",
      device: "virtio-net-device,netdev=n0",
    });
  });
  afterAll(() => guest?.stop());

  const chunked = "POST /echo HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n";
  const post = "POST /echo HTTP/1.1\r\nHost: g\r\n";
  test.each([
    ["no target", "GET\r\n\r\n", 400],
    ["two spaces", "GET  / HTTP/1.1\r\nHost: g\r\n\r\n", 400],
    ["a bare LF", "GET / HTTP/1.1\nHost: g\n\n\r\n\r\n", 400],
    ["a bare CR in a header", "GET / HTTP/1.1\r\nHost: g\r\nA: b\rc\r\n\r\n", 400],
    ["a NUL in a header", "GET / HTTP/1.1\r\nHost: g\r\nA: b\0c\r\n\r\n", 400],
    ["another protocol", "GET / HTCPCP/1.0\r\n\r\n", 400],
    ["HTTP/2", "GET / HTTP/2.0\r\nHost: g\r\n\r\n", 505],
    ["no Host", "GET / HTTP/1.1\r\n\r\n", 400],
    ["two Hosts", "GET / HTTP/1.1\r\nHost: g\r\nHost: h\r\n\r\n", 400],
    ["a space before the colon", "GET / HTTP/1.1\r\nHost : g\r\n\r\n", 400],
    ["a folded header", "GET / HTTP/1.1\r\nHost: g\r\nA: b\r\n c\r\n\r\n", 400],
    ["a header without a name", "GET / HTTP/1.1\r\nHost: g\r\n: b\r\n\r\n", 400],
    ["a broken escape", get("/%4"), 400],
    ["an escaped NUL", get("/%00"), 400],
    ["length and chunks", `${chunked}Content-Length: 3\r\n\r\n0\r\n\r\n`, 400],
    ["two lengths", `${post}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`, 400],
    ["a signed length", `${post}Content-Length: +3\r\n\r\nabc`, 400],
    ["a list of lengths", `${post}Content-Length: 3, 3\r\n\r\nabc`, 400],
    ["a hexadecimal length", `${post}Content-Length: 0x3\r\n\r\nabc`, 400],
    ["a huge length", `${post}Content-Length: 99999999999999999999999\r\n\r\n`, 413],
    ["too large a body", `${post}Content-Length: 1048577\r\n\r\n`, 413],
    ["another encoding", `${post}Transfer-Encoding: gzip\r\n\r\n`, 501],
    ["chunked with another", `${post}Transfer-Encoding: gzip, chunked\r\n\r\n`, 501],
    [
      "chunks in HTTP/1.0",
      "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    ["a chunk size that is none", `${chunked}\r\nxyz\r\n`, 400],
    ["a chunk without its end", `${chunked}\r\n3\r\nabcX\r\n0\r\n\r\n`, 400],
    ["a chunk size with a bare LF", `${chunked}\r\n3\nabc\r\n0\r\n\r\n`, 400],
    ["an overflowing chunk size", `${chunked}\r\nfffffffffffffffff\r\n`, 413],
    ["a chunk that is too large", `${chunked}\r\n100001\r\n`, 413],
    ["an unknown expectation", `${post}Expect: coffee\r\nContent-Length: 0\r\n\r\n`, 417],
    ["a long target", `GET /${"a".repeat(9000)} HTTP/1.1\r\nHost: g\r\n\r\n`, 414],
    ["long headers", get("/", `A: ${"a".repeat(9000)}\r\n`), 431],
    ["many headers", get("/", "A: b\r\n".repeat(65)), 431],
  ])("refuses %s and closes", async (_name, bytes, status) => {
    const { text, end } = await converse(guest.port, `${bytes}${get("/describe/smuggled")}`);
    expect(statusesOf(text)).toEqual([status]);
    expect(text).toContain("Connection: close");
    expect(end).toBe("closed");
  });

  test.each([
    ["an unknown path", get("/nowhere", "Connection: close\r\n"), 404],
    [
      "a method the path has not",
      "DELETE /echo HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n",
      405,
    ],
    ["an unknown method", "BREW / HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n", 501],
    ["a handler without an answer", get("/silent", "Connection: close\r\n"), 500],
    ["HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200],
    ["an absolute target", "GET http://g/ HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n", 200],
    ["empty lines first", `\r\n\r\n${get("/", "Connection: close\r\n")}`, 200],
  ])("answers %s", async (_name, bytes, status) => {
    const { text, end } = await converse(guest.port, bytes);
    expect(statusesOf(text)).toEqual([status]);
    expect(end).toBe("closed");
  });

  test("says what is allowed, and adds only sound headers", async () => {
    const wrong = await converse(
      guest.port,
      "PUT / HTTP/1.1\r\nHost: g\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    );
    expect(wrong.text).toContain("Allow: GET, HEAD\r\n");
    const { text } = await converse(
      guest.port,
      get("/describe/a%20b?x=1", "Connection: close\r\n"),
    );
    expect(text).toContain("GET|/describe/a b|x=1");
    expect(text).toContain("X-Added: yes\r\n");
    expect(text).not.toContain("Injected");
  });

  test("says the date as HTTP writes it", async () => {
    const { text } = await converse(guest.port, get("/", "Connection: close\r\n"));
    const date = /^Date: (.*)\r$/m.exec(text)?.[1] ?? "";
    expect(new Date(date).toUTCString()).toBe(date);
    expect(Math.abs(Date.parse(date) - Date.now())).toBeLessThan(3_600_000);
  });

  test("answers HEAD like GET, without the body", async () => {
    const head = get("/", "Connection: close\r\n").replace("GET", "HEAD");
    const { text } = await converse(guest.port, head);
    expect(text).toContain("Content-Length: 6\r\n");
    expect(text.endsWith("\r\n\r\n")).toBe(true);
  });

  test("takes requests in single bytes and bodies in chunks", async () => {
    const body =
      "POST /echo HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" +
      "5;note=x\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n";
    const { text } = await converse(guest.port, [...body]);
    expect(statusesOf(text)).toEqual([200]);
    expect(text.endsWith("\r\n\r\nhello world")).toBe(true);
  });

  test("asks for a body that waits to be asked for", async () => {
    const { text } = await converse(guest.port, [
      `${post}Expect: 100-continue\r\nConnection: close\r\nContent-Length: 4\r\n\r\n`,
      "body",
    ]);
    expect(statusesOf(text)).toEqual([100, 200]);
    expect(text.endsWith("body")).toBe(true);
  });

  test("gives up on a request that does not end", async () => {
    const { text, end } = await converse(guest.port, "GET / HTTP/1.1\r\nHost:");
    expect(statusesOf(text)).toEqual([408]);
    expect(end).toBe("closed");
  });

  test("moves large bodies both ways unchanged", async () => {
    const sent = Buffer.alloc(1 << 20, 0);
    for (let i = 0; i < sent.length; i++) sent[i] = (i * 7 + (i >> 9)) & 255;
    expect((await fetchBody(guest.port, "POST", "/echo", sent)).equals(sent)).toBe(true);
    const large = await fetchBody(guest.port, "GET", "/large");
    const expected = Buffer.alloc(3 << 20);
    for (let i = 0; i < expected.length; i++) expected[i] = (i * 31 + (i >> 8) * 7) & 255;
    const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
    expect(digest(large)).toBe(digest(expected));
  });

  test("survives peers that vanish in the middle", async () => {
    for (let i = 0; i < 200; i++) {
      await new Promise<void>((resolve) => {
        const socket = connect({ port: guest.port, host: "127.0.0.1" }, () => {
          socket.write(i % 2 === 0 ? get("/large") : get("/").slice(0, 10));
          setTimeout(() => {
            socket.resetAndDestroy();
            resolve();
          }, i % 3);
        });
        socket.on("error", () => {});
      });
    }
    expect((await fetchBody(guest.port, "GET", "/")).toString()).toBe("hello\n");
  });

  test("answers 5000 short connections without a stall", async () => {
    let done = 0;
    let slowestMs = 0;
    const worker = async () => {
      while (done < 5000) {
        done++;
        const before = Date.now();
        const { text, end } = await converse(guest.port, get("/", "Connection: close\r\n"));
        slowestMs = Math.max(slowestMs, Date.now() - before);
        expect(statusesOf(text)).toEqual([200]);
        expect(end).toBe("closed");
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(slowestMs).toBeLessThan(10_000);
    expect(guest.running()).toBe(true);
  }, 170_000);
});

/** The body of one answer, through Node's own client. */
async function fetchBody(
  port: number,
  method: string,
  path: string,
  body?: Buffer,
): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: "127.0.0.1", port, method, path, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve(Buffer.concat(chunks)));
        response.on("error", reject);
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
