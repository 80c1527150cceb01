// What guests could leave behind on the host: processes, sockets, files, descriptors of ours.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Leftovers {
  readonly processes: readonly string[];
  readonly sockets: readonly string[];
  readonly files: readonly string[];
  readonly temporary: readonly string[];
  readonly descriptors: readonly string[];
}

/** Of the guests of one home. The user's temporary files count as well: give a run a TMPDIR of its
 * own where others work beside it. */
export function leftovers(home: string): Leftovers {
  return {
    processes: numbersIn("/proc").flatMap((pid) => {
      const line = textOf(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
      // A gateway shows where it comes from by its program alone.
      const [place, program] = ["cwd", "exe"].map((name) => targetOf(`/proc/${pid}/${name}`));
      const isOurs = pid !== process.pid && `${place} ${program} ${line}`.includes(home);
      return isOurs && !isZombie(pid) ? [line || String(pid)] : [];
    }),
    sockets: textOf("/proc/net/unix")
      .split("\n")
      .filter((line) => line.includes(home)),
    files: namesBelow(join(home, "guests")),
    temporary: namesBelow(tmpdir()).filter((name) => /^(unikernel|qemu|vl)/.test(name)),
    descriptors: numbersIn("/proc/self/fd")
      .map((fd) => targetOf(`/proc/self/fd/${fd}`))
      // What a name or an inode's number tells apart says nothing of how many there are.
      .map((target) => target.replace(/\d+/g, "N"))
      .sort(),
  };
}

/** Every process that descends from one, itself included. */
export function descendants(pid: number): number[] {
  const children = textOf(`/proc/${pid}/task/${pid}/children`).trim().split(" ");
  return [pid, ...children.filter((text) => text !== "").flatMap((text) => descendants(+text))];
}

function isZombie(pid: number): boolean {
  return /\) [ZX] /.test(textOf(`/proc/${pid}/stat`));
}

function numbersIn(directory: string): number[] {
  return readdirSync(directory)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function namesBelow(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function targetOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
