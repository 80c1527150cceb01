// Our engine against the kernel's conf on the complete Kconfig tree of Debian's kernel for
// x86_64: the same .config, byte for byte. KCONFIG_TEST_CONFIGURATIONS=200 compares as many random
// configurations.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig, writeConfig } from "../../toolchain/src/kconfig/config-file.ts";
import { writeDefconfig } from "../../toolchain/src/kconfig/defconfig.ts";
import { Evaluation } from "../../toolchain/src/kconfig/evaluate.ts";
import {
  applyDefconfig,
  setAllNew,
  setNewToDefaults,
  setNewToRandom,
} from "../../toolchain/src/kconfig/generate.ts";
import { writeAutoConf, writeHeader } from "../../toolchain/src/kconfig/header.ts";
import { type KconfigModel, loadModel } from "../../toolchain/src/kconfig/index.ts";
import { conf, countFrom, linuxEnvironment, linuxTree } from "./kconfig-conf.ts";

const tool = conf();
const tree = linuxTree();
const missing = "missing" in tool ? tool.missing : "missing" in tree ? tree.missing : null;
const confPath = "value" in tool ? tool.value : "";
const root = "value" in tree ? tree.value : "";

const DEFCONFIG = "arch/x86/configs/x86_64_defconfig";
const randomCount = countFrom("KCONFIG_TEST_CONFIGURATIONS", 16);

const directory = mkdtempSync(join(tmpdir(), "kconfig-linux-"));
const environment = linuxEnvironment();
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs conf on the tree with its output in our directory. */
function runConf(mode: string, name: string, more: Readonly<Record<string, string>> = {}): void {
  const { status, stderr } = spawnSync(confPath, ["-s", mode, "Kconfig"], {
    cwd: root,
    encoding: "utf8",
    env: {
      ...environment,
      KCONFIG_CONFIG: join(directory, name),
      // It exists already, so conf does not write thousands of dependency files.
      KCONFIG_AUTOCONFIG: join(directory, "auto.conf"),
      ...more,
    },
  });
  if (status !== 0) throw new Error(`conf ${mode} failed: ${stderr}`);
}

const result = (name: string): string => readFileSync(join(directory, name), "utf8");

describe.skipIf(missing !== null)(`Linux's Kconfig tree ${missing ?? ""}`, () => {
  let model: KconfigModel;

  beforeAll(() => {
    writeFileSync(join(directory, "auto.conf"), "");
    model = loadModel(join(root, "Kconfig"), { environment, allowShell: true });
  });

  const configure = (fill: (evaluation: Evaluation) => void): string => {
    const evaluation = new Evaluation(model);
    fill(evaluation);
    return writeConfig(evaluation);
  };

  /** Compares whole files, but shows only the first difference of thousands of lines. */
  const expectSame = (ours: string, theirs: string): void => {
    if (ours === theirs) return;
    const expected = theirs.split("\n");
    const actual = ours.split("\n");
    const at = expected.findIndex((line, i) => line !== actual[i]);
    expect(actual.slice(at, at + 5)).toEqual(expected.slice(at, at + 5));
    expect(actual.length).toBe(expected.length);
  };

  it("is read completely", () => {
    expect(model.files.length).toBeGreaterThan(1400);
    expect(model.symbols.all.length).toBeGreaterThan(17_000);
    expect(model.warnings).toEqual([]);
  });

  it.each([
    ["--allnoconfig", (evaluation: Evaluation) => setAllNew(evaluation, "no")],
    ["--allyesconfig", (evaluation: Evaluation) => setAllNew(evaluation, "yes")],
    ["--allmodconfig", (evaluation: Evaluation) => setAllNew(evaluation, "module")],
    ["--alldefconfig", setNewToDefaults],
  ] as const)("%s", (mode, fill) => {
    runConf(mode, "config");
    expectSame(configure(fill), result("config"));
  });

  it("--defconfig", () => {
    runConf(`--defconfig=${DEFCONFIG}`, "config");
    const text = readFileSync(join(root, DEFCONFIG), "utf8");
    expectSame(
      configure((evaluation) => applyDefconfig(evaluation, text, DEFCONFIG)),
      result("config"),
    );
  });

  it(`--randconfig with ${randomCount} seeds`, { timeout: 3_600_000 }, () => {
    for (let seed = 1; seed <= randomCount; seed++) {
      runConf("--randconfig", "random", { KCONFIG_SEED: String(seed) });
      expectSame(
        configure((evaluation) => setNewToRandom(evaluation, seed)),
        result("random"),
      );
    }
  });

  it("--olddefconfig, --savedefconfig and headers of a damaged file", () => {
    const config = damaged(
      configure((evaluation) => setNewToRandom(evaluation, 5)),
      12345,
    );
    writeFileSync(join(directory, "saved-from"), config);
    writeFileSync(join(directory, "old"), config);
    runConf("--olddefconfig", "old");
    runConf(`--savedefconfig=${join(directory, "saved")}`, "saved-from");

    const ours = configure((evaluation) => loadConfig(evaluation, config, "old"));
    expectSame(ours, result("old"));
    const evaluation = new Evaluation(model);
    loadConfig(evaluation, config, "old");
    expectSame(writeDefconfig(evaluation), result("saved"));

    rmSync(join(directory, "auto.conf"));
    const header = join(directory, "autoconf.h");
    const output = { KCONFIG_AUTOHEADER: header, KCONFIG_RUSTCCFG: join(directory, "rust") };
    const synced = join(directory, "synced");
    runConf("--syncconfig", "old", { ...output, KCONFIG_AUTOCONFIG: join(synced, "auto.conf") });
    writeFileSync(join(directory, "auto.conf"), "");
    const loaded = new Evaluation(model);
    loadConfig(loaded, ours, "old");
    expectSame(writeHeader(loaded), result("autoconf.h"));
    expectSame(writeAutoConf(loaded), result(join("synced", "auto.conf")));
  });
});

/** Drops lines and puts wrong values into a .config, the same ones for the same seed. */
function damaged(config: string, seed: number): string {
  let state = seed;
  const random = (limit: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 16) % limit;
  };
  const lines = config.split("\n").flatMap((line) => {
    const dice = random(100);
    if (dice < 15) return [];
    const set = /^(CONFIG_\w+)=(.*)$/.exec(line);
    const unset = /^# (CONFIG_\w+) is not set$/.exec(line);
    if (dice > 90 && unset) return [`${unset[1]}=${"ym"[random(2)]}`];
    if (dice < 85 || !set) return [line];
    const [, name, value = ""] = set;
    if (/^[ym]$/.test(value)) return [`${name}=${"ymn"[random(3)]}`];
    if (/^\d+$/.test(value)) return [`${name}=${random(3000) * random(3000)}`];
    return [`${name}=${value.startsWith("0x") ? "0xffffffffff" : '"a\\\\b\\"c"'}`];
  });
  return lines.join("\n");
}
