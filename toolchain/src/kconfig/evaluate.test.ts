import { describe, expect, it } from "vitest";
import { Evaluation } from "./evaluate.ts";
import { configure, model } from "./test-support.ts";

const value = (condition: string, ...lines: string[]): string => {
  const tree = model(`
config MODULES
	bool "modules"
	modules
	default y
config A
	tristate "a"
config N
	int "n"
	default 8
config H
	hex "h"
	default 0x10
config S
	string "s"
	default "text"
config RESULT
	def_tristate y
	depends on ${condition}
`);
  const found = configure(tree, ...lines).find((line) => line.startsWith("RESULT="));
  return found?.slice("RESULT=".length) ?? "n";
};

describe("expressions", () => {
  it.each([
    ["A", "A=m", "m"],
    ["!A", "A=m", "m"],
    ["!A", "A=y", "n"],
    ["A && y", "A=m", "m"],
    ["A || y", "A=m", "y"],
    ["!A || A = m", "A=m", "y"],
    ["!(A && N = 8)", "A=y", "n"],
    ["A < y", "A=m", "y"],
    ["m", "MODULES=y", "m"],
    ["m", "# off", "m"],
    ["N = 8", "N=8", "y"],
    ["N < 10", "N=9", "y"],
    ["N > 10", "N=9", "n"],
    ["N <= -1", "N=-2", "y"],
    ["H = 16", "H=0x10", "y"],
    ["H > N", "N=17", "n"],
    ["N < 100000000000000000000", "N=9", "n"],
    ['S = "text"', "A=y", "y"],
    ['S < "u"', "A=y", "y"],
    ["S = UNDEFINED", "A=y", "n"],
    ["UNDEFINED", "A=y", "n"],
  ])("%s with %s is %s", (condition, line, expected) => {
    expect(value(condition, line)).toBe(expected);
  });

  it("have no m without modules", () => {
    expect(value("m", "MODULES=n")).toBe("n");
    expect(value("A", "MODULES=n", "A=m")).toBe("y");
  });
});

describe("values", () => {
  it("come from the user where a prompt can be seen, else from the first default that holds", () => {
    const tree = model(`
config A
	bool "a"
config B
	int "b" if A
	default 1 if !A
	default 2
`);
    expect(configure(tree, "B=9")).toEqual(["B=1"]);
    expect(configure(tree, "A=y", "B=9")).toEqual(["A=y", "B=9"]);
    expect(configure(tree, "A=y")).toEqual(["A=y", "B=2"]);
  });

  it("are limited to the range in effect", () => {
    const tree = model(`
config LOW
	int "low"
	default 3
config A
	int "a"
	range LOW 10
config H
	hex "h"
	range 0x10 0xff
	default 0x200
`);
    expect(configure(tree)).toEqual(["LOW=3", "A=3", "H=0xff"]);
    expect(configure(tree, "A=11", "LOW=5")).toEqual(["LOW=5", "A=10", "H=0xff"]);
  });

  it("follow select without regard to dependencies, and say so", () => {
    const tree = model(`
config A
	bool "a"
	select B
config B
	bool "b"
	depends on C
config C
	bool "c"
`);
    expect(configure(tree, "A=y", "B=n")).toEqual(["A=y", "B=y"]);
    const evaluation = new Evaluation(tree);
    const a = tree.symbols.reference("A");
    Object.assign(evaluation.state(a), { hasUserValue: true, userValue: 2 });
    evaluation.compute(tree.symbols.reference("B"));
    expect([...evaluation.unmet].map((symbol) => symbol.name)).toEqual(["B"]);
  });

  it("follow imply only within dependencies and the user's wishes", () => {
    const tree = model(`
config C
	bool "c"
config A
	bool "a"
	imply B
config B
	bool "b"
	depends on C
`);
    expect(configure(tree, "A=y")).toEqual(["A=y"]);
    expect(configure(tree, "A=y", "C=y")).toEqual(["C=y", "A=y", "B=y"]);
    expect(configure(tree, "A=y", "C=y", "B=n")).toEqual(["C=y", "A=y"]);
  });

  it("add up over several definitions", () => {
    const tree = model(`
config C
	bool "c"
config A
	bool "a"
	depends on C
config A
	bool
	default y if !C
`);
    expect(configure(tree)).toEqual(["A=y"]);
    expect(configure(tree, "C=y")).toEqual(["C=y"]);
  });
});

describe("choices", () => {
  const tree = model(`
config EXTRA
	bool "extra"
choice
	prompt "one of"
	default B if !EXTRA
	default D
config A
	bool "a"
config B
	bool "b"
config C
	bool "c"
	depends on EXTRA
	select PULLED
config D
	bool "d"
	depends on EXTRA && NEVER
endchoice
config PULLED
	bool
`);

  it("have exactly one value", () => {
    expect(configure(tree)).toEqual(["B=y"]);
    expect(configure(tree, "A=y")).toEqual(["A=y"]);
    expect(configure(tree, "A=y", "B=y")).toEqual(["B=y"]);
  });

  it("fall back when their default cannot be seen", () => {
    expect(configure(tree, "EXTRA=y")).toEqual(["EXTRA=y", "A=y"]);
    expect(configure(tree, "C=y")).toEqual(["B=y"]);
    expect(configure(tree, "EXTRA=y", "C=y")).toEqual(["EXTRA=y", "C=y", "PULLED=y"]);
  });

  it("may be optional", () => {
    const optional = model('choice\n\tprompt "c"\n\toptional\nconfig A\n\tbool "a"\nendchoice\n');
    expect(configure(optional)).toEqual([]);
    expect(configure(optional, "A=y")).toEqual(["A=y"]);
  });

  it("of tristates hold several m or one y", () => {
    const tristate = model(`
config MODULES
	def_bool y
	modules
choice
	tristate "c"
config A
	tristate "a"
config B
	tristate "b"
config X
	bool "x"
endchoice
`);
    expect(configure(tristate, "A=m", "B=m")).toEqual(["MODULES=y", "A=m", "B=m"]);
    expect(configure(tristate, "A=m", "B=y")).toEqual(["MODULES=y", "B=y"]);
    expect(configure(tristate, "X=y")).toEqual(["MODULES=y", "X=y"]);
  });

  it("take a value that depends on another one as its child", () => {
    const nested = model(`
choice
	prompt "c"
config A
	bool "a"
config A_DETAIL
	bool "detail"
	depends on A
config B
	bool "b"
endchoice
`);
    expect(nested.symbols.names.get("A_DETAIL")?.choice).toBeNull();
    expect(configure(nested, "A=y", "A_DETAIL=y")).toEqual(["A=y", "A_DETAIL=y"]);
    expect(configure(nested, "B=y", "A_DETAIL=y")).toEqual(["B=y"]);
  });
});
