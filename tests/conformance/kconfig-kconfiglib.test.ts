// Our engine against kconfiglib, an independent implementation in Python, on random trees: an
// old .config brought up to date. KCONFIG_TEST_TREES=5000 compares as many trees,
// KCONFIG_TEST_SEED=2 others.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { loadConfig, writeConfig } from "../../toolchain/src/kconfig/config-file.ts";
import { Evaluation } from "../../toolchain/src/kconfig/evaluate.ts";
import { type KconfigModel, loadModel } from "../../toolchain/src/kconfig/index.ts";
import { ProblemsError } from "../../toolchain/src/problems.ts";
import { countFrom, once, run, treeSeed, unpackPackage } from "./kconfig-conf.ts";
import { decisionLists, type RandomTree, randomTree } from "./kconfig-trees.ts";

const VERSION = "14.1.0";

/** From PyPI, or else from Debian's package of the same version. */
const library = once(`kconfiglib-${VERSION}`, (target) => {
  const packages = join(target, "packages");
  const pip = run("python3", [
    ...["-m", "pip", "install", "--quiet", "--no-deps", "--target", packages],
    `kconfiglib==${VERSION}`,
  ]);
  if (pip.ok) return null;
  mkdirSync(packages, { recursive: true });
  const missing = unpackPackage("python3-kconfiglib", target);
  if (missing !== null) return `pip: ${pip.output}; ${missing}`;
  const copy = run("sh", ["-c", `cp -r usr/lib/python3/dist-packages/* packages/`], target);
  return copy.ok ? null : copy.output;
});
const missing = "missing" in library ? library.missing : null;

const trees = countFrom("KCONFIG_TEST_TREES", 2000);

/** Reads a directory per line, writes what kconfiglib makes of it as JSON per line. */
const SCRIPT = `
import json, os, sys
import kconfiglib
for line in sys.stdin:
    os.chdir(line.rstrip("\\n"))
    try:
        tree = kconfiglib.Kconfig("Kconfig", warn=False)
        tree.load_config("old")
        tree.write_config("new", header="", save_old=False)
        print(json.dumps(open("new").read()))
    except kconfiglib.KconfigError as error:
        print("null")
`;

const directory = mkdtempSync(join(tmpdir(), "kconfig-kconfiglib-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/**
 * The lines that set something. Comments are not compared: kconfiglib has no "end of" for an
 * empty menu, and no "is not set" for an implied symbol whose dependencies are off.
 */
function settings(config: string): string {
  return config.replace(/^(#.*)?\n/gm, "");
}

/** Null when the tree is refused. */
function load(path: string): KconfigModel | null {
  try {
    return loadModel(join(path, "Kconfig"));
  } catch (error) {
    if (error instanceof ProblemsError) return null;
    throw error;
  }
}

/** Null where each does it in its own way: an old file that contradicts itself, empty numbers. */
function update(model: KconfigModel, config: string): string | null {
  const evaluation = new Evaluation(model);
  const warnings = loadConfig(evaluation, config, "old");
  const result = settings(writeConfig(evaluation));
  // A number limited by one without a value becomes "0" there, and empty in conf and here.
  return warnings.length > 0 || /=$/m.test(result) ? null : result;
}

/**
 * What the two languages differ in, by design of either: kconfiglib switches a literal m in
 * "visible if" off without modules; it turns a setting of m into y where y is implied, as Linux
 * once did; and it treats choices differently that it also warns of, with values defined again
 * elsewhere or of another type. conf agrees with us in all of them.
 */
function isComparable(tree: RandomTree, model: KconfigModel): boolean {
  if (/visible if .*\bm\b/.test(tree.kconfig)) return false;
  if (/\timply /.test(tree.kconfig) && /=m$/m.test(tree.config)) return false;
  return model.symbols.all.every(({ choice, nodes, type, impliedBy }) => {
    // With a definition that depends on nothing and one that does, conf takes the second alone.
    if (nodes.length > 1 && (impliedBy.length > 0 || choice !== null)) return false;
    return choice === null || type === choice.type;
  });
}

describe.skipIf(missing !== null)(`random trees against kconfiglib ${missing ?? ""}`, () => {
  it(`agree on ${trees} trees`, { timeout: 3_600_000 }, () => {
    const samples = fc.sample(decisionLists, { numRuns: trees, seed: treeSeed }).map(randomTree);
    const paths = samples.map((tree, i) => {
      const path = join(directory, String(i));
      mkdirSync(path);
      // It only knows the older spelling.
      const kconfig = tree.kconfig.replace(/^\tmodules$/m, "\toption modules");
      writeFileSync(join(path, "Kconfig"), kconfig);
      writeFileSync(join(path, "old"), tree.config);
      return path;
    });
    const { stdout, stderr, status } = spawnSync("python3", ["-c", SCRIPT], {
      input: paths.map((path) => `${path}\n`).join(""),
      encoding: "utf8",
      maxBuffer: 1 << 28,
      env: {
        PATH: process.env.PATH ?? "",
        PYTHONPATH: join("value" in library ? library.value : "", "packages"),
      },
    });
    expect(status, stderr).toBe(0);
    const theirs = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as string | null)
      .map((config) => (config === null ? null : settings(config)));
    let compared = 0;
    samples.forEach((tree, i) => {
      const model = load(paths[i] as string);
      // Each refuses some circular trees that the other accepts; conf decides as we do.
      if (model === null || theirs[i] === null || !isComparable(tree, model)) return;
      const ours = update(model, tree.config);
      if (ours === null) return;
      compared++;
      expect(ours, tree.kconfig + tree.config).toEqual(theirs[i]);
    });
    expect(compared).toBeGreaterThan(trees / 3);
  });
});
