import { describe, expect, it } from "vitest";
import { loadConfig, readConfig, writeConfig } from "./config-file.ts";
import { writeDefconfig } from "./defconfig.ts";
import { Evaluation } from "./evaluate.ts";
import { applyDefconfig, setAllNew, setNewToDefaults, setNewToRandom } from "./generate.ts";
import { GlibcRandom } from "./glibc-random.ts";
import { writeAutoConf, writeHeader } from "./header.ts";
import { model, problemsOf } from "./test-support.ts";

const tree = () =>
  model(`
mainmenu "Title"
config MODULES
	bool "modules"
	modules
config A
	tristate "a"
menu "Numbers"
	depends on A
config N
	int "n"
	range 1 9
	default 5
config H
	hex
	default 1f
endmenu
comment "Texts"
config S
	string "s"
	default "a \\"b\\" c"
choice
	prompt "one"
config X
	bool "x"
config Y
	bool "y"
endchoice
config NEW
	bool "new"
	default y
config OLD
	int
	transitional
config MOVED
	int "moved"
	default OLD if OLD > 0
`);

const evaluationOf = (text: string): Evaluation => {
  const evaluation = new Evaluation(tree());
  readConfig(evaluation, text, ".config");
  return evaluation;
};

const MINIMAL =
  'CONFIG_MODULES=y\nCONFIG_A=m\nCONFIG_N=7\nCONFIG_S="\\\\ x"\nCONFIG_Y=y\n# CONFIG_NEW is not set\n';

describe(".config files", () => {
  it("are written with menus around their symbols", () => {
    expect(writeConfig(evaluationOf(MINIMAL))).toBe(`#
# Automatically generated file; DO NOT EDIT.
# Title
#
CONFIG_MODULES=y
CONFIG_A=m

#
# Numbers
#
CONFIG_N=7
CONFIG_H=1f
# end of Numbers

#
# Texts
#
CONFIG_S="\\\\ x"
# CONFIG_X is not set
CONFIG_Y=y
# CONFIG_NEW is not set
CONFIG_MOVED=
`);
  });

  it("come back as they were", () => {
    const text = writeConfig(evaluationOf(MINIMAL));
    expect(writeConfig(evaluationOf(text.replaceAll("\n", "\r\n")))).toBe(text);
  });

  it("are reduced to what differs from the defaults", () => {
    expect(writeDefconfig(evaluationOf(MINIMAL))).toBe(MINIMAL);
    expect(writeDefconfig(evaluationOf(""))).toBe("");
  });

  it("complain about what cannot be used", () => {
    const evaluation = new Evaluation(tree());
    const warnings = readConfig(
      evaluation,
      'CONFIG_A=x\nCONFIG_N=zwei\nCONFIG_S="open\nCONFIG_UNKNOWN=y\nnonsense\nCONFIG_N=3\nCONFIG_N=4\n',
      "old",
    );
    expect(warnings.map(({ location, message }) => `${location?.line}: ${message}`)).toEqual([
      "1: symbol value 'x' invalid for A",
      "2: symbol value 'zwei' invalid for N",
      "3: symbol value '\"open' invalid for S",
      "5: unexpected data: nonsense",
      "7: override: reassigning to symbol N",
    ]);
  });

  it("lose numbers out of range", () => {
    const evaluation = new Evaluation(tree());
    loadConfig(evaluation, "CONFIG_A=y\nCONFIG_N=12\n", "old");
    expect(writeConfig(evaluation)).toContain("CONFIG_N=5\n");
  });

  it("pass the values of transitional symbols on, and never have them again", () => {
    const text = writeConfig(evaluationOf("CONFIG_OLD=7\n"));
    expect(text).toContain("CONFIG_MOVED=7\n");
    expect(text).not.toContain("OLD");
    expect(writeConfig(evaluationOf("CONFIG_OLD=7\nCONFIG_MOVED=8\n"))).toContain("MOVED=8\n");
    expect(problemsOf('config A\n\tbool "a"\n\ttransitional\n')).toEqual([
      "Kconfig:2: 'A' is transitional: it cannot have a prompt",
    ]);
  });
});

describe("headers", () => {
  it("define what is on", () => {
    const lines = writeHeader(evaluationOf(MINIMAL)).split("\n").slice(4).sort();
    expect(lines).toEqual([
      "",
      "#define CONFIG_A_MODULE 1",
      "#define CONFIG_H 0x1f",
      "#define CONFIG_MODULES 1",
      "#define CONFIG_MOVED ",
      "#define CONFIG_N 7",
      '#define CONFIG_S "\\\\ x"',
      "#define CONFIG_Y 1",
    ]);
    const make = writeAutoConf(evaluationOf(MINIMAL)).split("\n").slice(4).sort();
    expect(make).toContain("CONFIG_S=\\ x");
    expect(make).toContain("CONFIG_A=m");
  });
});

describe("generated configurations", () => {
  const settings = (fill: (evaluation: Evaluation) => void): string => {
    const evaluation = new Evaluation(tree());
    fill(evaluation);
    return [...writeConfig(evaluation).matchAll(/^CONFIG_(\w+=\w+)/gm)].map((m) => m[1]).join(" ");
  };

  it("follow their rule", () => {
    expect(settings((e) => setAllNew(e, "no"))).toBe("X=y");
    expect(settings((e) => setAllNew(e, "yes"))).toBe("MODULES=y A=y N=5 H=1f X=y NEW=y");
    expect(settings((e) => setAllNew(e, "module"))).toBe("MODULES=y A=m N=5 H=1f X=y NEW=y");
    expect(settings(setNewToDefaults)).toBe("X=y NEW=y");
    expect(settings((e) => applyDefconfig(e, "CONFIG_Y=y\n", "d"))).toBe("Y=y NEW=y");
  });

  it("are the same for the same seed", () => {
    const random = (seed: number) => settings((e) => setNewToRandom(e, seed));
    const results = Array.from({ length: 20 }, (_, seed) => random(seed));
    expect(results).toEqual(Array.from({ length: 20 }, (_, seed) => random(seed)));
    expect(new Set(results).size).toBeGreaterThan(5);
  });

  it("use the numbers of glibc", () => {
    const random = new GlibcRandom(1);
    expect([random.next(), random.next(), random.next()]).toEqual([
      1804289383, 846930886, 1681692777,
    ]);
  });
});
