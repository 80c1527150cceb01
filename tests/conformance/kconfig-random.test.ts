// Our engine against the kernel's conf on random trees: every kind of generated configuration,
// an old file brought up to date, and its minimal form must be the same bytes.
// KCONFIG_TEST_TREES=4000 compares as many trees, KCONFIG_TEST_SEED=2 others.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { loadConfig, writeConfig } from "../../toolchain/src/kconfig/config-file.ts";
import { writeDefconfig } from "../../toolchain/src/kconfig/defconfig.ts";
import { Evaluation } from "../../toolchain/src/kconfig/evaluate.ts";
import {
  setAllNew,
  setNewToDefaults,
  setNewToRandom,
} from "../../toolchain/src/kconfig/generate.ts";
import { type KconfigModel, loadModel } from "../../toolchain/src/kconfig/index.ts";
import { ProblemsError } from "../../toolchain/src/problems.ts";
import { conf, countFrom, treeSeed } from "./kconfig-conf.ts";
import { decisionLists, type RandomTree, randomTree } from "./kconfig-trees.ts";

const tool = conf();
const missing = "missing" in tool ? tool.missing : null;
const confPath = "value" in tool ? tool.value : "";
const usualTrees = 300;
const trees = countFrom("KCONFIG_TEST_TREES", usualTrees);
const SEEDS = [1, 2, 3];

const directory = mkdtempSync(join(tmpdir(), "kconfig-random-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const path = (name: string): string => join(directory, name);

type Results = Readonly<Record<string, string>>;

/** Everything that conf makes of a tree; null when it refuses the tree. */
function byConf(tree: RandomTree): Results | null {
  writeFileSync(path("Kconfig"), tree.kconfig);
  writeFileSync(path("old"), tree.config);
  writeFileSync(path("auto.conf"), "");
  const modes = ["allno", "allyes", "allmod", "alldef"].map((name) => [name, `--${name}config`]);
  const commands = [
    ...modes.map(([name, mode]) => `KCONFIG_CONFIG=c.${name} "$CONF" -s ${mode} Kconfig || exit 1`),
    ...SEEDS.map(
      (n) => `KCONFIG_SEED=${n} KCONFIG_CONFIG=c.rand${n} "$CONF" -s --randconfig Kconfig`,
    ),
    'cp old c.old; KCONFIG_CONFIG=c.old "$CONF" -s --olddefconfig Kconfig',
    'KCONFIG_CONFIG=old "$CONF" -s --savedefconfig=c.saved Kconfig',
  ];
  const { status } = spawnSync("sh", ["-c", commands.join("\n")], {
    cwd: directory,
    env: { PATH: process.env.PATH ?? "", CONF: confPath, KCONFIG_AUTOCONFIG: "auto.conf" },
  });
  if (status !== 0) return null;
  const names = [
    "allno",
    "allyes",
    "allmod",
    "alldef",
    ...SEEDS.map((n) => `rand${n}`),
    "old",
    "saved",
  ];
  return Object.fromEntries(names.map((name) => [name, readFileSync(path(`c.${name}`), "utf8")]));
}

function byUs(tree: RandomTree): Results | null {
  writeFileSync(path("Kconfig"), tree.kconfig);
  let model: KconfigModel;
  try {
    model = loadModel(path("Kconfig"));
  } catch (error) {
    if (error instanceof ProblemsError) return null;
    throw error;
  }
  const make = (fill: (evaluation: Evaluation) => void, write = writeConfig): string => {
    const evaluation = new Evaluation(model);
    fill(evaluation);
    return write(evaluation);
  };
  const load = (evaluation: Evaluation) => loadConfig(evaluation, tree.config, "old");
  return {
    allno: make((evaluation) => setAllNew(evaluation, "no")),
    allyes: make((evaluation) => setAllNew(evaluation, "yes")),
    allmod: make((evaluation) => setAllNew(evaluation, "module")),
    alldef: make(setNewToDefaults),
    ...Object.fromEntries(
      SEEDS.map((n) => [`rand${n}`, make((evaluation) => setNewToRandom(evaluation, n))]),
    ),
    old: make(load),
    saved: make(load, writeDefconfig),
  };
}

describe.skipIf(missing !== null)(`random trees against the kernel's conf ${missing ?? ""}`, () => {
  it(`agree on ${trees} trees`, { timeout: 3_600_000 }, () => {
    let accepted = 0;
    fc.assert(
      fc.property(decisionLists, (numbers) => {
        const tree = randomTree(numbers);
        const theirs = byConf(tree);
        const ours = byUs(tree);
        if (theirs !== null) accepted++;
        expect(ours, tree.kconfig + tree.config).toEqual(theirs);
      }),
      // Shrinking takes many minutes; who compares more than usual has the time.
      { numRuns: trees, seed: treeSeed, endOnFailure: trees <= usualTrees },
    );
    // Otherwise the generator makes circular trees only, and nothing was compared.
    expect(accepted).toBeGreaterThan(trees / 2);
  });
});
