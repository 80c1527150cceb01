// What a hostile guest can answer to a health check: each attempt ends in time, without a verdict,
// and without reading more than it takes to see that.
import { createServer, type Socket } from "node:net";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { fuzzing } from "../../../tests/support/fuzzing.ts";
import { httpStatus } from "./http-probe.ts";

const LIMITS = { timeoutMs: 150, signal: new AbortController().signal };
/** What may be on its way in the kernel's buffers before the connection is reset. */
const IN_FLIGHT_BYTES_MAX = 16 * 2 ** 20;
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A server that answers each connection like this; tells the port and what it could send. */
async function hostile(answer: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const sentBytes = () => sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
  return { port: (server.address() as { port: number }).port, sentBytes };
}

/** Writes the piece again and again, as fast as it is taken. */
const endlessly = (socket: Socket, piece: string) => {
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
    socket.once("drain", more);
  };
  more();
};
const every = (socket: Socket, waitMs: number, piece: string) => {
  const timer = setInterval(() => socket.write(piece), waitMs);
  socket.on("close", () => clearInterval(timer));
};

test.each<[string, (socket: Socket) => void]>([
  ["says nothing", () => undefined],
  ["closes at once", (socket) => void socket.end()],
  ["resets", (socket) => void socket.resetAndDestroy()],
  ["sends zeros without end", (socket) => endlessly(socket, "\0".repeat(65_536))],
  ["sends spaces before a status", (socket) => endlessly(socket, `HTTP/1.1${" ".repeat(65_536)}`)],
  ["sends headers before a status", (socket) => endlessly(socket, "X: y\r\n".repeat(10_000))],
  ["sends a byte now and then", (socket) => every(socket, 5, "H")],
  ["begins a status line without end", (socket) => every(socket, 20, "HTTP/1.1 2")],
  ["answers another protocol", (socket) => void socket.end("SSH-2.0-x\r\n")],
  ["answers a status of four digits", (socket) => void socket.end("HTTP/1.1 2000 OK\r\n")],
  ["answers in HTTP/2", (socket) => void socket.end("HTTP/2 200\r\n")],
])("a guest that %s has no status", async (_what, answer) => {
  const { port, sentBytes } = await hostile(answer);
  const status = await httpStatus({ host: "127.0.0.1", port, path: "/" }, LIMITS);
  expect(status).toBeUndefined();
  expect(sentBytes()).toBeLessThan(IN_FLIGHT_BYTES_MAX);
});

test.each<[string, string]>([
  ["headers", "X: y\r\n".repeat(10_000)],
  ["a body", `Content-Length: 9e99\r\n\r\n${"\0".repeat(65_536)}`],
])("after a status, %s without end change nothing", async (_what, piece) => {
  const { port, sentBytes } = await hostile((socket) => {
    socket.write("HTTP/1.1 503 Busy\r\n");
    endlessly(socket, piece);
  });
  const status = await httpStatus({ host: "127.0.0.1", port, path: "/" }, LIMITS);
  expect(status).toBe(503);
  expect(sentBytes()).toBeLessThan(IN_FLIGHT_BYTES_MAX);
});

test("whatever is answered, in whatever pieces, a status is three digits of a status line", async () => {
  let pieces: readonly string[] = [];
  const { port } = await hostile((socket) => {
    for (const piece of pieces) socket.write(Buffer.from(piece, "latin1"));
    socket.end();
  });
  const piece = fc.oneof(
    fc.constantFrom("HTTP/1.1 ", "HTTP/1.0 404", "200 ", "\r\n", "HTTP/1.1 200 OK\r\n\r\n", " "),
    fc.string({ maxLength: 20 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (given) => {
      pieces = given;
      const status = await httpStatus({ host: "127.0.0.1", port, path: "/" }, LIMITS);
      const line = /^HTTP\/1\.[01] (\d{3})[ \r]/.exec(given.join(""));
      expect(status).toBe(line === null ? undefined : Number(line[1]));
    }),
    fuzzing(200),
  );
});
