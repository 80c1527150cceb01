// What is not in an image: by itself what nothing in it refers to, and by options what only the
// user can know to be unused. What remains boots and serves.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { symbols } from "../../toolchain/src/image/elf.ts";
import { buildImage, type ImageRequest, openStore, planImage } from "../../toolchain/src/index.ts";
import { converse, type NetworkGuest, startNetworkGuest } from "./network-guest.ts";

const BUILD_TIMEOUT_MS = 600_000;

async function build(app: string, change: Partial<ImageRequest> = {}) {
  const plan = await planImage({
    app,
    libraries: ["lwip", "httpd"],
    options: {},
    optimize: "size",
    platform: "kvm",
    architecture: "x86_64",
    ...change,
  });
  return buildImage(plan, openStore());
}

/** The functions and variables of an image, under the names that their sources give them. */
async function contents(app: string, change?: Partial<ImageRequest>): Promise<Set<string>> {
  const { symbolsPath } = await build(app, change);
  const names = symbols(readFileSync(symbolsPath)).map(({ name }) => name);
  return new Set(names.map((name) => name.replace(/\.llvm\.\d+$/, "")));
}

const httpServer = fileURLToPath(new URL("../bench/fixtures/http", import.meta.url));

describe("an image holds what something in it refers to", () => {
  const directory = mkdtempSync(join(tmpdir(), "unikernel-small-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  let server: Set<string>;
  let program: Set<string>;

  beforeAll(async () => {
    writeFileSync(
      join(directory, "main.c"),
      `#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>

int main(void)
{
	struct sockaddr address = { 0 };
	int length = sizeof(address), socket_ = socket(AF_INET, SOCK_STREAM, 0);

	pthread_cancel(pthread_self());
	getsockopt(socket_, SOL_SOCKET, SO_ERROR, &length, (socklen_t *)&length);
	return open("/etc/hosts", O_RDONLY) + connect(socket_, &address, sizeof(address));
}
`,
    );
    [server, program] = await Promise.all([
      contents(httpServer),
      contents(directory, { libraries: ["socket"] }),
    ]);
  }, BUILD_TIMEOUT_MS);

  test.each([
    ["devices", "open_device", "looks up no path"],
    ["the resolver's files", "fill_hosts", "looks up no path"],
    ["connecting", "tcp_socket_connect", "only listens"],
    ["reading a socket's options", "tcp_socket_get_option", "reads none"],
    ["the end of a cancelled thread", "__pthread_exit", "cancels none"],
  ])("%s (%s), unless it %s", (_what, symbol) => {
    expect(server).not.toContain(symbol);
    expect(program).toContain(symbol);
  });

  test("listening, unless it only connects", () => {
    expect(server).toContain("tcp_socket_listen");
    expect(program).not.toContain("tcp_socket_listen");
  });
});

describe("an image without what an HTTP server does not use", () => {
  const options = { LWIP_DHCP: false, LWIP_FRAGMENTS: false, SOCKET_UDP: false, VIRTIO_PCI: false };
  const network = { guest: "10.0.2.15", prefixBits: 24, gateway: "10.0.2.2", dns: "10.0.2.3" };
  let guest: NetworkGuest;

  beforeAll(async () => {
    const app = fileURLToPath(new URL("network-app", import.meta.url));
    const { path } = await build(app, { options });
    const device = "virtio-net-device,netdev=n0";
    guest = await startNetworkGuest(path, { machine: "microvm", device, network });
  }, BUILD_TIMEOUT_MS);
  afterAll(() => guest?.stop());

  test.each([
    ["LWIP_DHCP", "uk_lwip_dhcp_start"],
    ["SOCKET_UDP", "udp_socket_send"],
    ["SOCKET_UDP", "uk_lwip_udp_input"],
    ["LWIP_FRAGMENTS", "uk_lwip_ip4_reass"],
    ["VIRTIO_PCI", "pci_assign"],
  ])("has nothing of %s (%s)", async (_option, symbol) => {
    expect(await contents(httpServer)).toContain(symbol);
    expect(await contents(httpServer, { options })).not.toContain(symbol);
  });

  test("cannot set what belongs to something that is left out", async () => {
    const both = { ...options, SOCKET_UDP_QUEUE_BYTES: 8192 };
    await expect(build(httpServer, { options: both })).rejects.toThrow(
      "SOCKET_UDP_QUEUE_BYTES=8192 is not possible: it depends on SOCKET_UDP, which is off",
    );
    await expect(build(httpServer, { options: { LWIP_UDP: false } })).rejects.toThrow(
      "LWIP_UDP=n is not possible: it is selected by LWIP_DHCP",
    );
  });

  test("serves HTTP", async () => {
    const get = "GET / HTTP/1.1\r\nHost: guest\r\n";
    const { text } = await converse(
      guest.port,
      `${`${get}\r\n`.repeat(20)}${get}Connection: close\r\n\r\n`,
    );
    expect(text.split("hello\n").length - 1).toBe(21);
    expect(guest.running()).toBe(true);
  });
});
