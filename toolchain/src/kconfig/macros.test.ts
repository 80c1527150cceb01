import { describe, expect, it } from "vitest";
import { model, problemsOf } from "./test-support.ts";
import type { ParseOptions } from "./types.ts";

/** What $(info,…) lines print. */
const messages = (text: string, options?: ParseOptions) => model(text, options).messages;

describe("variables", () => {
  it("expand when used, or when assigned with :=", () => {
    expect(
      messages(`late = $(word)
now := $(word)
word = one
$(info,[$(late)] [$(now)])
word := two
$(info,[$(late)] [$(now)])
`),
    ).toEqual(["[one] []", "[two] []"]);
  });

  it("append with the flavor they have", () => {
    expect(
      messages(`x = X
simple := a
simple += $(x)
late = a
late += $(x)
new += $(x)
x = Y
$(info,$(simple)|$(late)|$(new))
`),
    ).toEqual(["a X|a Y|Y"]);
  });

  it("keep comments and white space in their values", () => {
    expect(messages("a =  b # c \n$(info,[$(a)])\n")).toEqual(["[b # c ]"]);
  });

  it("cannot refer to themselves", () => {
    expect(problemsOf("a = $(b)\nb = $(a)\nconfig A\n\tbool\n$(info,$(a))\n")).toEqual([
      "Kconfig:5: recursive variable 'a' references itself (eventually)",
    ]);
  });
});

describe("functions", () => {
  it("take arguments, and nest", () => {
    expect(
      messages(`swap = $(2),$(1)
twice = $(1)$(1)
$(info,$(swap,a,$(twice,b)) $(swap,(x,y),z))
`),
    ).toEqual(["bb,a z,(x,y)"]);
  });

  it("may call themselves with arguments", () => {
    expect(problemsOf("again = $(again,$(1))\n$(again,x)\n")).toEqual([
      "Kconfig:2: too deep recursive expansion of 'again'",
    ]);
  });

  it("know their place and their number of arguments", () => {
    expect(messages("\n$(info,$(filename):$(lineno))\n")).toEqual(["Kconfig:2"]);
    expect(problemsOf("$(info)\n")).toEqual([
      "Kconfig:1: too few function arguments passed to 'info'",
    ]);
    expect(problemsOf("$(info,a,b)\n")).toEqual([
      "Kconfig:1: too many function arguments passed to 'info'",
    ]);
    expect(problemsOf("$(info,a\n")).toEqual([
      "Kconfig:1: unterminated reference to 'info,a': missing ')'",
    ]);
  });

  it("warn and stop on condition", () => {
    const { warnings } = model("$(warning-if,y,careful)\n$(warning-if,n,never)\n");
    expect(warnings).toEqual([
      { path: "", message: "careful", location: { file: "Kconfig", line: 1 } },
    ]);
    expect(problemsOf("$(error-if,n,no)\nconfig\n$(error-if,y,stop here)\nconfig\n")).toEqual([
      "Kconfig:2: expected a symbol, not the end of the line",
      "Kconfig:3: stop here",
    ]);
  });
});

describe("references", () => {
  it("make words and parts of words, never keywords", () => {
    const { symbols } = model(`name = FOO
keyword = bool
config $(name)_BAR
	bool "the $(name)'s \\$(name) prompt"
	default y if $(name)
	depends on $(keyword)
`);
    const symbol = symbols.names.get("FOO_BAR");
    expect(symbol?.prompts[0]?.text).toBe("the FOO's $(name) prompt");
    expect(symbols.names.has("bool")).toBe(true);
  });

  it("read the environment that the caller gives, and nothing else", () => {
    const options = { environment: { GIVEN: "yes" } };
    const tree = model("$(info,[$(GIVEN)] [$(PATH)])\n", options);
    expect(tree.messages).toEqual(["[yes] []"]);
    expect([...tree.environment]).toEqual([["GIVEN", "yes"]]);
  });
});

describe("commands", () => {
  const options = { allowShell: true, environment: { PATH: "/usr/bin:/bin" } };

  it("run only when the caller allows it", () => {
    for (const call of ["shell,rm -rf x", "success,true", "failure,true", "if-success,true,a,b"]) {
      expect(problemsOf(`config A\n\tbool\n$(info,$(${call}))\n`)).toEqual([
        expect.stringMatching(
          /^Kconfig:3: \$\(\S+,…\) would run the command '.*', which is not allowed/,
        ),
      ]);
    }
  });

  it("give their output as one line", () => {
    expect(messages("$(info,[$(shell,printf 'a\\nb\\n\\n')])\n", options)).toEqual(["[a b]"]);
    expect(messages("$(info,$(shell,expr 1 + 2)$(shell,false))\n", options)).toEqual(["3"]);
  });

  it("tell success from failure", () => {
    const text = "$(info,$(success,true)$(success,false)$(failure,false)$(if-success,false,a,b))\n";
    expect(messages(text, options)).toEqual(["ynyb"]);
  });

  it("give way to a tree's own definitions", () => {
    expect(messages("success = mine $(1)\n$(info,$(success,x))\n")).toEqual(["mine x"]);
  });
});
