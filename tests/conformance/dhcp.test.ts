// A guest in a network of the test's own, frame by frame: how long its packets are is what the DHCP
// server says, within reason.
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test } from "vitest";
import { poll } from "../../provider/src/guests/wait.ts";
import { buildImage, openStore, planImage } from "../../toolchain/src/index.ts";
import { freePort } from "../support/free-port.ts";
import { dhcpAnswer, isDhcpRequest, mssOf, synTo, whoHas } from "./frames.ts";

const TIMEOUT_MS = 60_000;
let image: string;
let guest: ChildProcess;
let wire: Socket;

beforeAll(async () => {
  const app = join(import.meta.dirname, "network-app");
  const request = { app, libraries: ["lwip", "httpd"], options: {}, optimize: "speed" } as const;
  const plan = await planImage({ ...request, platform: "kvm", architecture: "x86_64" });
  image = (await buildImage(plan, openStore())).path;
}, 600_000);
afterEach(async () => {
  guest.kill("SIGKILL");
  wire.close();
});

/** The MSS that a guest offers whose DHCP server has told this MTU. */
async function offered(mtu: number | undefined): Promise<number | undefined> {
  const [ours, its] = [await freePort(), await freePort()];
  let mss: number | undefined;
  let hasAddress = false;
  wire = createSocket("udp4");
  const send = (frame: Buffer) => wire.send(frame, its, "127.0.0.1");
  wire.on("message", (frame) => {
    if (isDhcpRequest(frame)) {
      send(dhcpAnswer(frame, mtu));
      hasAddress = true;
    }
    const asked = whoHas(frame);
    if (asked !== undefined) send(asked);
    mss ??= mssOf(frame);
  });
  await new Promise<void>((resolve) => wire.bind(ours, "127.0.0.1", resolve));
  guest = spawn("qemu-system-x86_64", [
    ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "null"],
    ...["-machine", "microvm,pic=off,pit=off,rtc=off,acpi=off", "-accel", "tcg", "-cpu", "max"],
    ...["-m", "32M", "-kernel", image, "-global", "virtio-mmio.force-legacy=false"],
    ...["-netdev", `socket,id=net,udp=127.0.0.1:${ours},localaddr=127.0.0.1:${its}`],
    ...["-device", "virtio-net-device,netdev=net,mac=02:00:00:00:00:15"],
  ]);
  return poll(
    async () => {
      if (hasAddress && mss === undefined) send(synTo(80));
      return mss;
    },
    { everyMs: 50, timeoutMs: TIMEOUT_MS },
  );
}

test.each([
  ["as long as Ethernet's without one", undefined, 1460],
  ["shorter where the server says so", 1400, 1360],
  ["never longer than the device's", 9000, 1460],
  ["never too short to be of use", 68, 1460],
] as const)("packets are %s", async (_how, mtu, mss) => {
  expect(await offered(mtu)).toBe(mss);
});
