// Two machines that are as different as they can be made on one, in the way of Debian's
// reprotest: all that must not matter differs between them, and each builds through the command
// with a home, a store and a copy of the toolchain of its own.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { ensureCompiler, homeDirectory } from "../../toolchain/src/index.ts";
import { otherNode } from "./other-node.ts";
import { temporaryDirectory } from "./temporary.ts";

const repository = join(import.meta.dirname, "../..");
const isRoot = process.getuid?.() === 0;
const otherUser = 12345;

export interface BuiltThere {
  readonly digest: string;
  readonly sourceHash: string;
  readonly path: string;
  readonly symbolsPath: string;
}

export interface Environment {
  readonly directory: string;
  /** Builds what `write` puts into the application's and the libraries' directories. */
  build(write: WriteFiles, options: readonly string[]): BuiltThere;
}

type WriteFiles = (app: string, libraries: string) => void;

interface Machine {
  readonly directory: string;
  readonly node: string;
  readonly toolchain: string;
  readonly umask: string;
  readonly jobs: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Commands that run the rest of the command line in another setting. */
  readonly wrappers: readonly (readonly string[])[];
  readonly user?: number;
}

/** Why the second machine's user or Node cannot be another one here; empty when both are. */
export function missingVariations(): string[] {
  const node = otherNode();
  return [
    ...(isRoot ? [] : ["another user: the tests do not run as root"]),
    ...("reason" in node ? [`another Node: ${node.reason}`] : []),
  ];
}

export async function twoEnvironments(): Promise<readonly [Environment, Environment]> {
  const compiler = await ensureCompiler();
  return [plainMachine(compiler), strangeMachine(compiler)];
}

/** One core, the repository's own toolchain, a link to the compiler, short paths. */
function plainMachine(compiler: string): Environment {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "home/tools"), { recursive: true });
  symlinkSync(compiler, join(directory, "home/tools", basename(compiler)));
  return environment({
    directory,
    node: process.execPath,
    toolchain: join(repository, "toolchain"),
    umask: "022",
    jobs: 1,
    variables: { TZ: "UTC", LANG: "C", HOME: "/nonexistent" },
    wrappers: possible(["taskset", "--cpu-list", "0"]),
  });
}

/** Another user, Node, locale, time zone, host and kernel; copies of everything; long paths. */
function strangeMachine(compiler: string): Environment {
  const top = temporaryDirectory();
  chmodSync(top, 0o755);
  const directory = join(top, "a directory", "with ünusual", "n".repeat(120), "names");
  mkdirSync(join(directory, "home/tools"), { recursive: true });
  const node = otherNode();
  linkTree("path" in node ? node.path : process.execPath, join(directory, "node"));
  linkTree(compiler, join(directory, "home/tools", basename(compiler)));
  // With the one package that a build uses.
  for (const part of ["toolchain", "node_modules/fastest-levenshtein"]) {
    cpSync(join(repository, part), join(directory, part), { recursive: true });
  }
  const noise = Array.from({ length: 200 }, (_, index) => [`NOISE_${index}`, "x".repeat(index)]);
  return environment({
    directory,
    node: join(directory, "node"),
    toolchain: join(directory, "toolchain"),
    umask: "077",
    jobs: 5,
    variables: {
      TZ: "Pacific/Kiritimati",
      LANG: "tr_TR.UTF-8",
      LC_ALL: "tr_TR.UTF-8",
      HOME: "/",
      USER: "somebody",
      CPATH: "/usr/include",
      SOURCE_DATE_EPOCH: "1700000000",
      CFLAGS: "-O0",
      ...Object.fromEntries(noise),
    },
    wrappers: [
      ...possible(["unshare", "--uts", "sh", "-c", 'hostname elsewhere; exec "$@"', "sh"]),
      ...possible(["setarch", "x86_64", "--addr-no-randomize", "--uname-2.6"]),
      ...possible(["taskset", "--cpu-list", `0-${availableParallelism() - 1}`]),
      ...(isRoot
        ? [["setpriv", `--reuid=${otherUser}`, `--regid=${otherUser}`, "--clear-groups"]]
        : []),
    ],
    ...(isRoot ? { user: otherUser } : {}),
  });
}

function environment(machine: Machine): Environment {
  const { directory } = machine;
  const home = join(directory, "home");
  // Third-party sources are pinned and verified: fetching them twice proves nothing.
  const sources = join(homeDirectory(), "store/sources");
  if (existsSync(sources)) cpSync(sources, join(home, "store/sources"), { recursive: true });
  let builds = 0;
  return {
    directory,
    build(write, options) {
      const place = join(directory, `build-${++builds}`);
      const [app, libraries] = [join(place, "app"), join(place, "libraries")];
      mkdirSync(app, { recursive: true });
      write(app, libraries);
      if (machine.user !== undefined) give(machine.user, home, place);
      const commandLine = [
        ...machine.wrappers.flat(),
        ...["sh", "-c", `umask ${machine.umask}; exec "$@"`, "sh"],
        ...[machine.node, "--disable-warning=ExperimentalWarning"],
        ...[join(machine.toolchain, "src/cli/main.ts"), "build", app, "--json"],
        ...["--libraries", libraries, "--jobs", String(machine.jobs), ...options],
      ];
      const output = execFileSync(commandLine[0] as string, commandLine.slice(1), {
        cwd: place,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
        env: { PATH: process.env.PATH, ...machine.variables, UNIKERNEL_HOME: home },
      });
      return JSON.parse(output) as BuiltThere;
    },
  };
}

/** A wrapper where this machine allows it, e.g. not in every container. */
function possible(wrapper: readonly string[]): (readonly string[])[] {
  const [program = "", ...rest] = wrapper;
  return spawnSync(program, [...rest, "true"]).status === 0 ? [wrapper] : [];
}

/** The same files under another path: neither the links' target nor the room for a copy. */
function linkTree(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  if (spawnSync("cp", ["-al", from, to]).status === 0) return;
  cpSync(from, to, { recursive: true, force: true });
}

/** What is linked to the compiler's own files keeps its owner. */
function give(user: number, home: string, place: string): void {
  execFileSync("chown", ["-R", `${user}:${user}`, join(home, "store"), place]);
  execFileSync("chown", [`${user}:${user}`, home]);
}
