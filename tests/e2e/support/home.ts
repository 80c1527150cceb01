// A UNIKERNEL_HOME for one test: guests of its own, but the tools and, unless the test damages it,
// the store of this user, so that nothing is compiled twice.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const usersHome = process.env.UNIKERNEL_HOME || join(homedir(), ".pulumi-unikernel");

export interface HomeOptions {
  /** "shared": the user's store. "copied": a copy that may be damaged. "empty": none. */
  readonly store: "shared" | "copied" | "empty";
}

export function makeHome(directory: string, { store }: HomeOptions): void {
  mkdirSync(directory, { recursive: true });
  const shared = ["tools", "cache", ...(store === "shared" ? ["store"] : [])];
  for (const name of shared) {
    mkdirSync(join(usersHome, name), { recursive: true });
    symlinkSync(join(usersHome, name), join(directory, name));
  }
  if (store === "copied") {
    cpSync(join(usersHome, "store"), join(directory, "store"), {
      recursive: true,
      mode: 2, // Clones where the file system can.
      verbatimSymlinks: true,
    });
    // What guests and stacks of the other home keep is nobody's here.
    rmSync(join(directory, "store/roots"), { recursive: true, force: true });
  }
}

/** Names of the guests' directories. */
export function guestDirectories(home: string): string[] {
  const directory = join(home, "guests");
  return existsSync(directory) ? readdirSync(directory).filter((name) => !/^\./.test(name)) : [];
}

/** Digests of the images that a project's guests and its state keep in the store. */
export function keptImages(project: {
  readonly home: string;
  readonly directory: string;
}): string[] {
  const directory = join(project.home, "store/roots");
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .map((name) => JSON.parse(readFileSync(join(directory, name), "utf8")))
    .filter(({ owner }) => owner.includes(project.directory))
    .map(({ digest }) => digest);
}

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly commandLine: string;
  /** Its working directory; "" when that cannot be read. */
  readonly directory: string;
}

/** Processes that work in this directory or name it, e.g. QEMUs of a home's guests. */
export function processesOf(directory: string): Process[] {
  return allProcesses().filter(
    (each) =>
      each.commandLine.includes(directory) || `${each.directory}/`.startsWith(`${directory}/`),
  );
}

export function qemuProcessesOf(home: string): Process[] {
  return processesOf(home).filter(({ commandLine }) => /^\S*qemu-system-/.test(commandLine));
}

/** Processes below the one given, by /proc. */
export function descendants(pid: number): number[] {
  const children = allProcesses().filter(({ parent }) => parent === pid);
  return children.flatMap((child) => [child.pid, ...descendants(child.pid)]);
}

/** The provider of an operation that was started as this process. */
export function providerBelow(pid: number): number | undefined {
  const below = new Set(descendants(pid));
  return allProcesses().find(
    (each) => below.has(each.pid) && each.commandLine.includes("provider/src/main.ts"),
  )?.pid;
}

export function allProcesses(): Process[] {
  const found: Process[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const commandLine = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      // "pid (name) state parent …", and the name may hold anything.
      const status = readFileSync(`/proc/${name}/stat`, "utf8");
      const parent = Number(status.slice(status.lastIndexOf(")") + 2).split(" ")[1]);
      found.push({ pid: Number(name), parent, commandLine, directory: workingDirectory(name) });
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

function workingDirectory(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}
