// Machines with something missing or full.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, renameSync, statfsSync, symlinkSync } from "node:fs";
import { open } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** A PATH that holds all that the present one does, except the programs that match. */
export function pathWithout(hidden: RegExp, directory: string): string {
  mkdirSync(directory);
  const seen = new Set<string>();
  for (const entry of (process.env.PATH ?? "").split(delimiter)) {
    let names: string[] = [];
    try {
      names = readdirSync(entry);
    } catch {
      // PATH may name directories that do not exist.
    }
    for (const name of names) {
      if (hidden.test(name) || seen.has(name)) continue;
      seen.add(name);
      symlinkSync(join(entry, name), join(directory, name));
    }
  }
  return directory;
}

/** A small file system in memory. */
export class SmallDisk {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Puts a small disk where the directory is, with its content; the reason when that cannot be. */
  static replace(directory: string, sizeMebibytes: number): SmallDisk | string {
    const aside = `${directory}.aside`;
    renameSync(directory, aside);
    mkdirSync(directory);
    const options = ["-t", "tmpfs", "-o", `size=${sizeMebibytes}m`, "tmpfs", directory];
    const { status, stderr } = spawnSync("mount", options, { encoding: "utf8" });
    if (status !== 0) return `a small file system cannot be mounted: ${stderr.trim()}`;
    cpSync(aside, directory, { recursive: true, verbatimSymlinks: true });
    return new SmallDisk(directory);
  }

  get filler(): string {
    return join(this.directory, "filler");
  }

  /** Leaves no room at all. */
  async fill(): Promise<void> {
    const { bavail, bsize } = statfsSync(this.directory);
    const file = await open(this.filler, "w");
    try {
      const block = Buffer.alloc(bsize);
      for (let blocks = 0; blocks < bavail; blocks += 1) await file.write(block);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    } finally {
      await file.close();
    }
  }

  unmount(): void {
    spawnSync("umount", ["-l", this.directory]);
  }
}
