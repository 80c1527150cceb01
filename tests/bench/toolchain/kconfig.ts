// How long configuration takes: Linux's whole tree beside the kernel's own conf, and our tree.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  cacheDirectory,
  conf,
  linuxEnvironment,
  linuxTree,
} from "../../conformance/kconfig-conf.ts";
import type { Benchmark } from "../main.ts";
import { atMost, type Result, withinFactor } from "../row.ts";

/** As the command `unikernel` is started: with what Node has compiled before. */
const NODE = fileURLToPath(new URL("../../../toolchain/bin/node24", import.meta.url));
const CHILD = fileURLToPath(new URL("kconfig-child.ts", import.meta.url));
const OWN_TREE = fileURLToPath(new URL("../../../toolchain/lib/Kconfig", import.meta.url));
const RUNS = 7;

/** Where what Node has compiled is kept. */
const home = { UNIKERNEL_HOME: join(cacheDirectory, "../..") };

/** The smallest is the one that was disturbed least. */
const best = (values: readonly number[]): number => Math.min(...values);

const repeat = (run: () => number): number => best(Array.from({ length: RUNS }, run));

/**
 * A copy of the tree whose $(shell,…) are a macro that says "n": most of the time would go into
 * starting compilers, which is the same for everybody.
 */
function withoutCommands(tree: string, target: string): void {
  cpSync(tree, target, { recursive: true });
  for (const name of readdirSync(target, { recursive: true, encoding: "utf8" })) {
    if (!/(^|\/)Kconfig[^/]*$/.test(name)) continue;
    const path = join(target, name);
    const text = readFileSync(path, "latin1");
    if (text.includes("$(shell,")) {
      writeFileSync(path, text.replaceAll("$(shell,", "$(no-shell,"), "latin1");
    }
  }
  const root = join(target, "Kconfig");
  writeFileSync(root, readFileSync(root, "utf8").replace(/^mainmenu.*$/m, "$&\nno-shell = n"));
}

/** Milliseconds of one process, start to end. */
function timeProcess(command: string, args: readonly string[], cwd: string, more = {}): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...linuxEnvironment(), ...more },
  });
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
  return performance.now() - start;
}

function timesInside(rootFile: string, times: number): number[] {
  const { stdout, stderr } = spawnSync(process.execPath, [CHILD, rootFile, String(times)], {
    encoding: "utf8",
    env: linuxEnvironment(),
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as number[];
}

function linux(): Result[] {
  const tool = conf();
  const tree = linuxTree();
  const name = "kconfig: Linux's tree";
  if ("missing" in tool) return [{ name, skipped: tool.missing }];
  if ("missing" in tree) return [{ name, skipped: tree.missing }];
  const directory = mkdtempSync(join(tmpdir(), "kconfig-bench-"));
  try {
    const plain = join(directory, "tree");
    withoutCommands(tree.value, plain);
    writeFileSync(join(directory, "auto.conf"), "");
    const files = {
      KCONFIG_CONFIG: join(directory, "config"),
      KCONFIG_AUTOCONFIG: join(directory, "auto.conf"),
    };
    const confTime = (cwd: string) =>
      repeat(() => timeProcess(tool.value, ["-s", "--allnoconfig", "Kconfig"], cwd, files));
    const plainConf = confTime(plain);
    return [
      withinFactor(
        {
          name: `${name}, parse and resolve in a running process`,
          value: best(timesInside(join(plain, "Kconfig"), 15)),
          unit: "ms",
          baseline: "conf",
          baselineValue: plainConf,
        },
        2,
      ),
      withinFactor(
        {
          name: `${name} with its commands, whole process`,
          value: repeat(() => timeProcess(NODE, [CHILD, "Kconfig"], tree.value, home)),
          unit: "ms",
          baseline: "conf",
          baselineValue: confTime(tree.value),
        },
        2,
      ),
    ];
  } finally {
    if (existsSync(directory)) rmSync(directory, { recursive: true });
  }
}

export const kconfigGroup: readonly Benchmark[] = [
  { name: "kconfig: Linux's tree", run: async () => linux() },
  {
    name: "kconfig: our tree",
    run: async () => {
      const fresh = repeat(() => timesInside(OWN_TREE, 1)[0] as number);
      return [atMost("kconfig: our tree, parse and resolve in a fresh process", fresh, "ms", 10)];
    },
  },
];
