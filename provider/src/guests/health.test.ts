// Health checks against servers of the test's own, which stand in for a guest's.
import { createServer, type Server } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { Driver, GuestStatus } from "../drivers/driver.ts";
import { awaitHealthy, type HealthCheck, type StartedGuest } from "./health.ts";
import { httpStatus } from "./http-probe.ts";
import { pause } from "./wait.ts";

const never = new AbortController().signal;
const LIMITS = { intervalMs: 50, timeoutMs: 200, retries: 10 };
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

/** What the guest under test has written; a test may append to it. */
let written = "";

async function guestAt(
  port: number,
  status: Partial<GuestStatus> = {},
  consoleText = "",
): Promise<StartedGuest> {
  written = consoleText;
  const driver = {
    status: async () => ({ state: "running", ports: [], ...status }),
    accepts: async (_id, forward) => forward.host === port,
    readConsole: async (_id, offset) => Buffer.from(written).subarray(offset),
  } as Partial<Driver> as Driver;
  const ports = [{ host: port, guest: 80, protocol: "tcp", address: "127.0.0.1" }] as const;
  return { driver, id: "web", startedAtMs: Date.now(), ports };
}

const http: HealthCheck = { kind: "http", path: "/healthz", port: 80, ...LIMITS };

test("an answer below 400 is healthy, and its time is known", async () => {
  const paths: (string | undefined)[] = [];
  const port = await listening(
    createServer((request, response) => {
      paths.push(request.url);
      response.writeHead(204).end();
    }),
  );
  const times = await awaitHealthy(await guestAt(port), http, never);
  expect(paths[0]).toBe("/healthz");
  expect(times.firstResponseMs).toBeGreaterThan(0);
  expect(times.bootTimeMs).toBeLessThanOrEqual(times.firstResponseMs ?? 0);
});

test("the last answer is named when time runs out", async () => {
  const port = await listening(
    createServer((_request, response) => {
      response.writeHead(503).end();
    }),
  );
  await expect(awaitHealthy(await guestAt(port), http, never)).rejects.toThrow(
    "the guest did not become healthy within 0.5 s: GET /healthz at its port 80 answered 503",
  );
});

test("connections that hang do not keep later ones from succeeding", async () => {
  const start = performance.now();
  const port = await listening(
    createServer((_request, response) => {
      // As behind a network that accepts for a guest that is not there yet.
      if (performance.now() - start > 150) response.writeHead(200).end();
    }),
  );
  const check = { ...http, intervalMs: 1_000, timeoutMs: 5_000 };
  const times = await awaitHealthy(await guestAt(port), check, never);
  expect(times.firstResponseMs).toBeLessThan(2_000);
});

test("a server that needs long for its answer becomes healthy", async () => {
  const port = await listening(
    createServer((_request, response) => {
      setTimeout(() => response.writeHead(200).end(), 400);
    }),
  );
  const check = { ...http, intervalMs: 1_000, timeoutMs: 5_000 };
  const times = await awaitHealthy(await guestAt(port), check, never);
  expect(times.firstResponseMs).toBeGreaterThanOrEqual(400);
});

test("a guest that ends is not waited for", async () => {
  const port = await listening(createTcpServer((socket) => socket.destroy()));
  const check = { ...http, retries: 10_000 };
  const crashed = await guestAt(port, { state: "crashed" });
  await expect(awaitHealthy(crashed, check, never)).rejects.toThrow("the guest crashed");
  const exited = await guestAt(port, { state: "stopped", exitStatus: 3 });
  await expect(awaitHealthy(exited, check, never)).rejects.toThrow(
    "the guest exited with status 3 before it was healthy",
  );
});

test("console text counts also when the program has ended well", async () => {
  const check: HealthCheck = { kind: "console", text: "ready", ...LIMITS };
  const status = { state: "stopped", exitStatus: 0 } as const;
  const { bootTimeMs } = await awaitHealthy(await guestAt(0, status, "a\nready\n"), check, never);
  expect(bootTimeMs).toBeGreaterThanOrEqual(0);
  await expect(awaitHealthy(await guestAt(0, status, "a\nread"), check, never)).rejects.toThrow(
    "exited with status 0",
  );
});

test("console text may arrive in pieces", async () => {
  const guest = await guestAt(0, {}, "hello rea");
  const check: HealthCheck = { kind: "console", text: "ready", ...LIMITS };
  const waiting = awaitHealthy(guest, check, never);
  await pause(50);
  written += "dy\n";
  await waiting;
});

test("tcp asks the driver", async () => {
  const check: HealthCheck = { kind: "tcp", port: 80, ...LIMITS };
  await awaitHealthy(await guestAt(1), check, never);
  const unforwarded: HealthCheck = { ...check, port: 81 };
  await expect(awaitHealthy(await guestAt(1), unforwarded, never)).rejects.toThrow(
    "port 81 is not forwarded",
  );
});

test("without a check, a program that ends well has done what was asked", async () => {
  await awaitHealthy(await guestAt(0, { state: "stopped", exitStatus: 0 }), undefined, never);
  await expect(
    awaitHealthy(await guestAt(0, { state: "stopped", exitStatus: 1 }), undefined, never),
  ).rejects.toThrow("exited with status 1");
});

test("cancelling ends the wait at once", async () => {
  const port = await listening(createTcpServer());
  const controller = new AbortController();
  const waiting = awaitHealthy(await guestAt(port), { ...http, retries: 1_000 }, controller.signal);
  const reason = new Error("cancelled by the test");
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});

test("what is not HTTP has no status", async () => {
  const port = await listening(createTcpServer((socket) => socket.end(`SSH-2.0${"x".repeat(99)}`)));
  const target = { host: "127.0.0.1", port, path: "/" };
  expect(await httpStatus(target, { timeoutMs: 500, signal: never })).toBeUndefined();
  const silent = await listening(createTcpServer());
  const nothing = { ...target, port: silent };
  expect(await httpStatus(nothing, { timeoutMs: 20, signal: never })).toBeUndefined();
});
