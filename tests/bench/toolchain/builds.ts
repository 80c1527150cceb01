// What builds cost: nothing to do, one edit, one option, and everything; each as the whole command
// that a user types.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { bundledLibrariesDirectory } from "@pulumi-unikernel/toolchain";
import { LibraryRegistry } from "../../../toolchain/src/libraries/registry.ts";
import type { Benchmark } from "../main.ts";
import { atMost, type Result } from "../row.ts";
import { imageRequest } from "../support/images.ts";
import { repository } from "../support/paths.ts";
import { interleaved, median, paired } from "../support/statistics.ts";

const node = join(repository, "toolchain/bin/node24");
const command = join(repository, "toolchain/bin/unikernel");
const usersHome = process.env.UNIKERNEL_HOME ?? join(homedir(), ".pulumi-unikernel");

/** A directory with the HTTP server's sources, removed at the end. */
class Workshop implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), "unikernel-bench-"));
  readonly app = join(this.directory, "app");
  readonly #libraries: readonly string[];

  constructor() {
    const { app, libraries } = imageRequest("http");
    cpSync(app, this.app, { recursive: true });
    this.#libraries = libraries.flatMap((name) => ["--library", name]);
  }

  /** Milliseconds that the command takes. */
  build(more: readonly string[] = [], home = usersHome): number {
    return timed(command, ["build", this.app, ...this.#libraries, ...more], home);
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function timed(program: string, commandLine: readonly string[], home = usersHome): number {
  const startedAt = performance.now();
  execFileSync(program, commandLine, {
    stdio: "ignore",
    env: { ...process.env, UNIKERNEL_HOME: home },
  });
  return performance.now() - startedAt;
}

async function nothingToDo(): Promise<Result[]> {
  using workshop = new Workshop();
  workshop.build();
  const empty = join(workshop.directory, "empty.mjs");
  writeFileSync(empty, "");
  const samples = await interleaved({ rounds: 15, warmUps: 2 }, [
    async () => workshop.build(),
    async () => timed(node, [empty]),
  ]);
  const { value, baselineValue } = paired(...samples);
  const limitMs = 30;
  return [
    {
      name: "build with nothing to do",
      value,
      unit: "ms",
      baseline: "Node with an empty module",
      baselineValue,
      ratio: baselineValue / value,
      goal: `≤ the baseline + ${limitMs} ms`,
      met: value <= baselineValue + limitMs,
    },
  ];
}

async function oneEdit(optimize: "debug" | "speed", limitMs: number): Promise<Result[]> {
  using workshop = new Workshop();
  const main = join(workshop.app, "main.c");
  const source = readFileSync(main, "utf8");
  const how = ["--optimize", optimize];
  workshop.build(how);
  const times = Array.from({ length: 9 }, (_, edit) => {
    const text = `edit ${edit} of process ${process.pid}`;
    writeFileSync(main, `${source}\n__attribute__((used)) static const char edit[] = "${text}";\n`);
    return workshop.build(how);
  });
  const linked = optimize === "debug" ? "without" : "with";
  return [
    atMost(`one file edited, ${linked} link-time optimisation`, median(times), "ms", limitMs),
  ];
}

/** Counted: the files compiled for another value of an option that lwip has. */
async function oneOption(): Promise<Result[]> {
  using workshop = new Workshop();
  const trace = join(workshop.directory, "trace.json");
  const home = join(workshop.directory, "home");
  coldHome(home);
  workshop.build([], home);
  workshop.build(["--option", "LWIP_TCP_WND=23456", "--trace", trace], home);
  const { traceEvents } = JSON.parse(readFileSync(trace, "utf8")) as {
    readonly traceEvents: readonly { readonly name: string; readonly cat: string }[];
  };
  const compiled = traceEvents.filter(({ cat }) => cat === "compile");
  const outside = compiled.filter(({ name }) => !reached(name.replace("compile ", "")));
  return [
    atMost(
      `files compiled for another LWIP_TCP_WND that it does not reach (of ${compiled.length})`,
      outside.length,
      "files",
      0,
    ),
  ];
}

/** Files of lwip and its third-party tree, of libraries that see its options, and of the application that declares it. */
function reached(file: string): boolean {
  const folder = file.slice(0, file.indexOf("/"));
  if (folder === "app" || folder.startsWith("lwip")) return true;
  const registry = new LibraryRegistry(bundledLibrariesDirectory);
  const library = registry.find(folder);
  const visible = library && registry.visible(library.description.dependencies, folder);
  return visible?.some(({ name }) => name === "lwip") ?? false;
}

/** A home with the compiler and fetched sources, in which nothing has been built. */
function coldHome(home: string): void {
  mkdirSync(join(home, "store"), { recursive: true });
  symlinkSync(join(usersHome, "tools"), join(home, "tools"));
  symlinkSync(join(usersHome, "cache"), join(home, "cache"));
  cpSync(join(usersHome, "store/sources"), join(home, "store/sources"), { recursive: true });
}

async function everything(): Promise<Result[]> {
  using workshop = new Workshop();
  workshop.build();
  const times = [1, 2, 3].map((round) => {
    const home = join(workshop.directory, `home-${round}`);
    coldHome(home);
    return workshop.build([], home) / 1000;
  });
  return [atMost("clean HTTP image with musl, store empty", median(times), "s", 16)];
}

export const buildsGroup: readonly Benchmark[] = [
  { name: "build-nothing", run: nothingToDo },
  { name: "build-edit-debug", run: () => oneEdit("debug", 200) },
  { name: "build-edit-speed", run: () => oneEdit("speed", 400) },
  { name: "build-option", run: oneOption },
  { name: "build-clean", run: everything },
];
