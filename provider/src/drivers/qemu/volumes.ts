// Volumes of QEMU's guests. While QEMU has a disk it holds locks on its file, so that no other may
// open it; they go with the process, however that ends.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { pause } from "../../guests/wait.ts";
import { type Disk, MISSING_QEMU_IMG, syncDisk } from "../local-volumes/disk-files.ts";
import { LocalVolumes } from "../local-volumes/local-volumes.ts";
import { type AttachedTo, deviceName, type GuestVolume } from "../volume-driver.ts";
import { guestFiles } from "./files.ts";
import { withMonitor } from "./qmp.ts";

const COPY_POLL_MS = 20;

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
    copyAttached: ({ guest, device }, to, signal) =>
      copyRunning(guestFiles(home, guest).socket, device, to, signal),
  });
}

interface Job {
  readonly id: string;
  readonly status: string;
  readonly error?: string;
}

/** QEMU copies a disk of its own as it is when the copy begins, while the guest goes on. */
async function copyRunning(socket: string, device: string, to: Disk, signal: AbortSignal) {
  const id = `copy-${randomBytes(6).toString("hex")}`;
  const { path: target, format } = to;
  const ask = (command: string, parameters: object = {}) =>
    withMonitor(socket, (qmp) => qmp.execute(command, parameters));
  await ask("drive-backup", {
    ...{ "job-id": id, device, target, format },
    ...{ sync: "full", "auto-dismiss": false },
  });
  for (;;) {
    const jobs = (await ask("query-jobs")) as readonly Job[];
    const job = jobs.find((one) => one.id === id);
    if (job === undefined || job.status === "concluded") {
      if (job !== undefined) await ask("job-dismiss", { id });
      signal.throwIfAborted();
      if (job?.error !== undefined) throw new Error(`QEMU could not copy the disk: ${job.error}`);
      break;
    }
    if (signal.aborted) await ask("job-cancel", { id }).catch(() => undefined);
    await pause(COPY_POLL_MS);
  }
  await syncDisk(to);
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
