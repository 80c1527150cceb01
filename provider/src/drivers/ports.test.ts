import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { PortForward } from "./driver.ts";
import { listeningInodes, overlaps, whyUnavailable } from "./ports.ts";

const port = (host: number, address = "127.0.0.1", protocol: "tcp" | "udp" = "tcp") =>
  ({ host, guest: 80, protocol, address }) satisfies PortForward;
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

test("a port somebody listens on is named with its holder", async () => {
  const server = createServer();
  cleanups.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const number = (server.address() as { port: number }).port;
  const reason = await whyUnavailable(port(number));
  expect(reason).toContain(`tcp port ${number} of 127.0.0.1 is in use by process ${process.pid} (`);
  expect(await whyUnavailable(port(number, "127.0.0.1", "udp"))).toBeNull();
});

test("udp ports too", async () => {
  const socket = createSocket("udp4");
  cleanups.push(() => socket.close());
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const number = socket.address().port;
  expect(await whyUnavailable(port(number, "127.0.0.1", "udp"))).toContain(
    `in use by process ${process.pid}`,
  );
});

test("an address of another machine cannot be listened on", async () => {
  expect(await whyUnavailable(port(18_080, "192.0.2.1"))).toContain(
    "not an address of this machine",
  );
});

test("all addresses include each", () => {
  expect(overlaps(port(80), port(80, "0.0.0.0"))).toBe(true);
  expect(overlaps(port(80), port(80, "127.0.0.2"))).toBe(false);
  expect(overlaps(port(80), port(81))).toBe(false);
  expect(overlaps(port(0), port(0))).toBe(false);
  expect(overlaps(port(80), port(80, "127.0.0.1", "udp"))).toBe(false);
});

test("reads listeners, and not connections, from the kernel's table", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1
   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4712 1
   2: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1
`;
  expect(listeningInodes(table, { host: 8080, protocol: "tcp" })).toEqual(["4711"]);
});
