// Disks that `unikernel disk` writes, looked at with the tools that others use for such disks, and
// started by UEFI firmware from every kind of disk that the clouds have.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { poll } from "../../provider/src/guests/wait.ts";
import { diskImage } from "../../toolchain/src/disk/disk-image.ts";
import { ensureEfiStub } from "../../toolchain/src/disk/stub.ts";
import { writeSparse } from "../../toolchain/src/disk/write.ts";
import { buildImage, openStore, planImage } from "../../toolchain/src/index.ts";
import { freePort } from "../support/free-port.ts";
import { temporaryDirectory } from "./temporary.ts";
import { startUefiMachine, uefiMissing } from "./uefi-machine.ts";

const START_TIMEOUT_MS = 60_000;
const unikernel = fileURLToPath(new URL("../../toolchain/bin/unikernel", import.meta.url));
const tools = ["sgdisk", "fsck.fat", "mcopy", "qemu-img", "tar"];
const places = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];
const missing = [
  ...tools.filter((tool) => !places.some((place) => existsSync(join(place, tool)))),
  ...uefiMissing,
];
beforeEach((context) => {
  if (missing.length > 0) context.skip(`${missing.join(", ")}: missing, and only root installs it`);
});

const directory = temporaryDirectory();
const images: Record<"http" | "hello", string> = { http: "", hello: "" };

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const writeDisk = (name: string, image: string, ...args: string[]) => {
  const path = join(directory, name);
  run(unikernel, "disk", image, "--output", path, ...args);
  return path;
};

beforeAll(async () => {
  const build = async (app: string, libraries: string[]) => {
    const path = fileURLToPath(new URL(app, import.meta.url));
    const request = { app: path, libraries, options: {}, optimize: "speed" } as const;
    const plan = await planImage({ ...request, platform: "kvm", architecture: "x86_64" });
    return (await buildImage(plan, openStore())).path;
  };
  images.http = await build("../../examples/http-server/app", ["lwip", "httpd"]);
  images.hello = await build("../../examples/hello", []);
}, 600_000);

describe("the files", () => {
  test("hold a partition table and a file system without faults", () => {
    const disk = writeDisk("checked.raw", images.http, "--env", "GREETING=hi");
    expect(run("sgdisk", "-v", disk)).toContain("No problems found");
    expect(run("sgdisk", "-p", disk)).toMatch(/1\s+2048\s.*EF00\s+unikernel/);
    const partition = join(directory, "partition");
    run("dd", `if=${disk}`, `of=${partition}`, "bs=1M", "skip=1", "status=none");
    expect(run("fsck.fat", "-n", partition)).toContain("5 files");
    const copied = join(directory, "copied");
    run("mcopy", "-n", "-i", partition, "::EFI/BOOT/BOOTX64.EFI", copied);
    const program = readFileSync(copied);
    const kernel = readFileSync(images.http);
    expect(program.includes(kernel)).toBe(true);
    run("mcopy", "-n", "-o", "-i", partition, "::EFI/BOOT/CONFIG", copied);
    expect(readFileSync(copied, "utf8")).toBe("unikernel-config/1\0env:GREETING=hi\0");
  });

  test("are the same bytes each time, and small", () => {
    const disks = ["one.raw", "two.raw"].map((name) => writeDisk(name, images.hello));
    const [one, two] = disks.map((disk) => readFileSync(disk));
    expect(one?.equals(two as Buffer)).toBe(true);
    expect(statSync(disks[0] ?? "").blocks * 512).toBeLessThan(2 ** 21);
  });

  test("hold the same in every format", () => {
    const size = ["--size", "1GiB"];
    const raw = writeDisk("same.raw", images.hello, ...size);
    const qcow2 = writeDisk("same.qcow2", images.hello, ...size);
    expect(run("qemu-img", "check", qcow2)).toContain("No errors were found");
    expect(run("qemu-img", "compare", "-f", "raw", "-F", "qcow2", raw, qcow2)).toContain(
      "identical",
    );
    const vhd = writeDisk("same.vhd", images.hello, ...size);
    expect(run("qemu-img", "compare", "-f", "raw", "-F", "vpc", raw, vhd)).toContain("identical");
    const archive = writeDisk("same.tar.gz", images.hello);
    run("tar", "-xzf", archive, "-C", directory);
    const unpacked = join(directory, "disk.raw");
    expect(run("qemu-img", "compare", "-f", "raw", "-F", "raw", raw, unpacked)).toContain(
      "identical",
    );
  });

  test("are refused in words that say what to do", () => {
    const refusal = (...args: string[]) => {
      try {
        run(unikernel, "disk", ...args);
      } catch (error) {
        return String((error as { stderr: string }).stderr);
      }
      return "";
    };
    expect(refusal(images.hello)).toContain("expected --output FILE");
    expect(refusal(images.hello, "--output", "x.iso")).toContain('the name "x.iso" says no format');
    expect(refusal(images.hello, "--output", "x.tar.gz", "--size", "3MiB")).toContain("whole GiB");
    expect(refusal(unikernel, "--output", join(directory, "x.raw"))).toContain("the platform kvm");
    expect(existsSync(join(directory, "x.raw"))).toBe(false);
  });
});

const scsi = ["-device", "virtio-scsi-pci", "-device", "scsi-hd,drive=disk"];

describe.each([
  { cloud: "NVMe, as on AWS", file: "nvme.raw", device: ["-device", "nvme,drive=disk,serial=1"] },
  { cloud: "virtio-scsi, as on Google Cloud", file: "scsi.qcow2", device: scsi },
  { cloud: "virtio-blk", file: "blk.raw", device: ["-device", "virtio-blk-pci,drive=disk"] },
])("a disk on $cloud", ({ file, device }) => {
  test("serves HTTP", async () => {
    const disk = writeDisk(file, images.http, "--env", "GREETING=Hello from a disk");
    const port = await freePort();
    const network = `user,id=net,hostfwd=tcp:127.0.0.1:${port}-:80`;
    const machine = startUefiMachine(disk, "q35", [
      ...device,
      ...["-netdev", network, "-device", "virtio-net-pci,netdev=net,disable-legacy=on,romfile="],
    ]);
    try {
      const page = await poll(
        async () => {
          const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
          return answer?.text();
        },
        { everyMs: 100, timeoutMs: START_TIMEOUT_MS },
      );
      expect(page, machine.console()).toContain("Hello from a disk");
    } finally {
      machine.kill();
    }
  });
});

test("a kernel that is cut off is named on the console", async () => {
  const disk = diskImage({
    stub: await ensureEfiStub(openStore()),
    kernel: readFileSync(images.hello).subarray(0, -1),
  });
  const path = join(directory, "cut.raw");
  await writeSparse(path, disk);
  const machine = startUefiMachine(path, "q35", scsi);
  const refused = () =>
    machine.console().includes("unikernel: its kernel is cut off; cannot start") || undefined;
  const answer = await poll(refused, { everyMs: 100, timeoutMs: START_TIMEOUT_MS });
  machine.kill();
  expect(answer, machine.console()).toBe(true);
});

// PIIX4's power management stands at another port under UEFI than without: only its tables say so.
test.each(["pc", "q35"])("a guest that ends switches a %s off", async (name) => {
  const machine = startUefiMachine(writeDisk(`${name}.raw`, images.hello), name, scsi);
  const status = await machine.ended(START_TIMEOUT_MS);
  expect(machine.console().match(/Hello from a unikernel/g)).toHaveLength(1);
  expect(status).toBe(0);
});
