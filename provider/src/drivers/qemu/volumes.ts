// Volumes of QEMU's guests. While QEMU has a disk it holds locks on its file, so that no other may
// open it; they go with the process, however that ends.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Disk } from "../local-volumes/disk-files.ts";
import { MISSING_QEMU_IMG } from "../local-volumes/disk-files.ts";
import { LocalVolumes } from "../local-volumes/local-volumes.ts";
import { type AttachedTo, deviceName, type GuestVolume } from "../volume-driver.ts";
import { guestFiles } from "./files.ts";
import { withMonitor } from "./qmp.ts";

export interface QemuVolume extends Disk {
  readonly readOnly: boolean;
}

export function qemuVolumes(home: string): LocalVolumes {
  return new LocalVolumes({
    home,
    driver: "qemu",
    formatProblem: async (format) =>
      format === "raw" || (await hasQemuImage()) ? null : MISSING_QEMU_IMG,
    growAttached: async ({ guest, device }: AttachedTo, size: number) => {
      const { socket } = guestFiles(home, guest);
      await withMonitor(socket, (qmp) => qmp.execute("block_resize", { device, size }));
    },
  });
}

/** The disks of a guest's volumes; throws when one is not there. */
export function volumesOf(
  local: LocalVolumes,
  volumes: readonly GuestVolume[] = [],
): Promise<QemuVolume[]> {
  return Promise.all(
    volumes.map(async ({ volume, readOnly }) => ({ ...(await local.disk(volume)), readOnly })),
  );
}

export function volumeArguments(volumes: readonly QemuVolume[]): string[] {
  return volumes.flatMap(({ path, format, readOnly }, index) => {
    const name = deviceName(index);
    const file = path.replaceAll(",", ",,");
    const access = readOnly ? "on" : "off";
    return [
      ...["-drive", `if=none,id=${name},file=${file},format=${format},read-only=${access}`],
      // A full disk of the host is an error of the guest's; QEMU would stop the guest instead.
      "-device",
      `virtio-blk-device,drive=${name},serial=${name},werror=report,rerror=report`,
    ];
  });
}

async function hasQemuImage(): Promise<boolean> {
  return promisify(execFile)("qemu-img", ["--version"]).then(
    () => true,
    () => false,
  );
}
