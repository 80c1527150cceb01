// The Linux baseline: Debian's cloud kernel with an initrd of busybox and one static program.
// The packages are downloaded and unpacked into a cache, not installed.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cpio, directory, executable } from "../../support/cpio.ts";
import { cacheDirectory } from "./paths.ts";
import type { Bootable } from "./qemu.ts";

const modules = [
  ...["drivers/virtio/virtio_ring", "drivers/virtio/virtio"],
  ...["drivers/virtio/virtio_pci_legacy_dev", "drivers/virtio/virtio_pci_modern_dev"],
  ...["drivers/virtio/virtio_pci", "drivers/virtio/virtio_mmio"],
  ...["net/core/failover", "drivers/net/net_failover", "drivers/net/virtio_net"],
];

// The kernel hands words of its command line that it does not know to init's environment.
const init = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
for module in /modules/*.ko; do /bin/busybox insmod $module; done
/bin/busybox ip link set lo up
/bin/busybox ip addr add $address dev eth0
/bin/busybox ip link set eth0 up
/bin/busybox ip route add default via $gateway
exec /server
`;

/** Why the baseline cannot be had here, or null. */
export function whyNoLinux(): string | null {
  try {
    unpackedPackages();
    return null;
  } catch (error) {
    return `Debian's cloud kernel or busybox-static could not be downloaded with apt-get: ${String(error)}`;
  }
}

function unpackedPackages(): string {
  const root = join(cacheDirectory(), "linux-guest");
  if (existsSync(join(root, "complete"))) return root;
  mkdirSync(root, { recursive: true });
  const depends = execFileSync("apt-cache", ["depends", "linux-image-cloud-amd64"], {
    encoding: "utf8",
  });
  const kernel = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (!kernel) throw new Error("linux-image-cloud-amd64 names no kernel; run apt-get update");
  execFileSync("apt-get", ["download", "-qq", kernel, "busybox-static"], {
    cwd: root,
    stdio: "pipe",
  });
  for (const file of readdirSync(root).filter((name) => name.endsWith(".deb"))) {
    execFileSync("dpkg-deb", ["-x", file, root], { cwd: root });
  }
  writeFileSync(join(root, "complete"), "");
  return root;
}

/** A Linux guest that runs a static server, with the given IPv4 address and gateway. */
export function linuxGuest(server: string, address: string, gateway: string): Bootable {
  const root = unpackedPackages();
  const kernelName = readdirSync(join(root, "boot")).find((name) => name.startsWith("vmlinuz-"));
  if (!kernelName) throw new Error(`no kernel in ${root}/boot`);
  const moduleRoot = join(root, "lib/modules", kernelName.slice("vmlinuz-".length), "kernel");
  const busybox = ["bin/busybox", "usr/bin/busybox"]
    .map((path) => join(root, path))
    .find(existsSync);
  if (!busybox) throw new Error(`no busybox in ${root}`);
  const archive = cpio([
    ...["bin", "dev", "proc", "modules"].map((path) => ({ path, mode: directory })),
    { path: "init", mode: executable, content: Buffer.from(init) },
    { path: "bin/busybox", mode: executable, content: readFileSync(busybox) },
    { path: "server", mode: executable, content: readFileSync(server) },
    ...modules.map((module, index) => ({
      path: `modules/${index}.ko`,
      mode: executable,
      content: readFileSync(join(moduleRoot, `${module}.ko`)),
    })),
  ]);
  const initrd = join(root, `initrd-${process.pid}`);
  writeFileSync(initrd, archive);
  return {
    kernel: join(root, "boot", kernelName),
    initrd,
    append: `console=ttyS0 quiet panic=-1 address=${address} gateway=${gateway}`,
    memoryMiB: 256,
  };
}
