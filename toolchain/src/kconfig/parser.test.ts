import { describe, expect, it } from "vitest";
import { format } from "./expression.ts";
import type { MenuNode } from "./model.ts";
import { model, problemsOf } from "./test-support.ts";

/** The menu as indented text. */
function outline(node: MenuNode, depth = 0): string[] {
  return node.children.flatMap((child) => [
    "  ".repeat(depth) + (child.symbol?.displayName ?? child.prompt?.text),
    ...outline(child, depth + 1),
  ]);
}

describe("statements", () => {
  it("reads every kind of entry and property", () => {
    const { symbols, root, warnings } = model(`
mainmenu "A tree"

config BOOL
	bool "A bool"
	default y if NUMBER = 5 # a comment
	select OTHER if !NUMBER
	imply OTHER
	help
	  First line.

	    Indented.
	  Last line.

config NUMBER
	int
	prompt "A number"
	range 0 10
	default 5

menu "A menu"
	depends on BOOL
	visible if NUMBER > 3

comment "A comment"

menuconfig OTHER
	def_bool n
	prompt "Other" if BOOL || \\
		NUMBER < 2

endmenu
`);
    expect(warnings).toEqual([]);
    expect(root.prompt?.text).toBe("A tree");
    expect(outline(root)).toEqual(["BOOL", "NUMBER", "A menu", "  A comment", "  OTHER"]);
    const bool = symbols.names.get("BOOL");
    expect(bool?.nodes[0]?.help).toBe("First line.\n\n  Indented.\nLast line.");
    expect(format(bool?.defaults[0]?.condition ?? null)).toBe("NUMBER=5");
    const other = symbols.names.get("OTHER");
    expect(format(other?.directDependency ?? null)).toBe("BOOL");
    expect(format(other?.prompts[0]?.condition ?? null)).toBe(
      "BOOL && (BOOL || NUMBER<2) && NUMBER>3",
    );
    expect(format(other?.reverseDependency ?? null)).toBe("BOOL && !NUMBER");
    expect(other?.nodes[0]?.location).toEqual({ file: "Kconfig", line: 27 });
  });

  it("moves what depends on a symbol below it, and dissolves if blocks", () => {
    const { root } = model(`
config A
	bool "a"
config B
	bool "b"
	depends on A
if A
config C
	bool "c"
if C
config D
	bool "d"
endif
endif
config E
	bool "e"
`);
    expect(outline(root)).toEqual(["A", "  B", "  C", "    D", "E"]);
  });

  it("accepts the older spellings", () => {
    const { symbols, modules } = model(`
config M
	boolean "m"
	option modules
	---help---
	  Text.
config N
	def_int 5
`);
    expect(modules).toBe(symbols.names.get("M"));
    expect(symbols.names.get("M")?.nodes[0]?.help).toBe("Text.");
    expect(symbols.names.get("N")?.type).toBe(3);
  });
});

describe("source statements", () => {
  it("reads files relative to the root, relative to the file, by glob, and optional ones", () => {
    const { files, symbols } = model({
      Kconfig: 'source "a/Kconfig"\nosource "missing"\norsource "missing/*"\n',
      "a/Kconfig": 'rsource "*/Kconfig"\nsource "b/one"\nconfig A\n\tbool\n',
      "a/z/Kconfig": "config Z\n\tbool\n",
      "a/y/Kconfig": "config Y\n\tbool\n",
      "b/one": "config ONE\n\tbool\n",
    });
    expect(files).toEqual(["Kconfig", "a/Kconfig", "a/y/Kconfig", "a/z/Kconfig", "b/one"]);
    expect([...symbols.names.keys()]).toEqual(["Y", "Z", "ONE", "A"]);
  });

  it("reports missing files and circles with their place", () => {
    expect(
      problemsOf({
        Kconfig: 'config A\n\tbool\nsource "no"\nrsource "*/no"\nsource "b"\n',
        b: 'source "Kconfig"\n',
      }),
    ).toEqual([
      "Kconfig:3: no file 'no' to read",
      "Kconfig:4: no file '*/no' to read",
      "b:1: 'Kconfig' includes itself (by way of Kconfig:5, b:1)",
    ]);
  });
});

describe("errors", () => {
  it("are all reported, with file and line", () => {
    expect(
      problemsOf(`config
config A
	bool "a" if
	select
	range 1
	frobnicate
	depends A
	default A &&
	default (A
endmenu
menu "x"
endif
menu y
`),
    ).toEqual([
      "Kconfig:1: expected a symbol, not the end of the line",
      "Kconfig:3: expected a symbol or value, not the end of the line",
      "Kconfig:4: expected a symbol, not the end of the line",
      "Kconfig:5: expected a symbol or value, not the end of the line",
      "Kconfig:6: unknown statement 'frobnicate'",
      "Kconfig:7: expected 'on', not 'A'",
      "Kconfig:8: expected a symbol or value, not the end of the line",
      "Kconfig:9: expected ')', not the end of the line",
      "Kconfig:10: 'endmenu' without a menu",
      "Kconfig:12: unexpected 'endif' within a menu",
      "Kconfig:13: expected a title in quotes, not 'y'",
      "Kconfig:11: this menu has no end",
    ]);
  });

  it("name what does not belong to an entry", () => {
    expect(problemsOf('menu "x"\n\tdefault y\nendmenu\nhelp\n')).toEqual([
      "Kconfig:2: 'default' does not belong here",
      "Kconfig:4: 'help' does not belong here",
    ]);
    expect(problemsOf('choice\n\tprompt "c"\nmenu "x"\nendmenu\nendchoice\n')[0]).toBe(
      "Kconfig:3: a choice cannot contain 'menu'",
    );
  });

  it("show the whole circle of a circular dependency", () => {
    expect(
      problemsOf(`config A
	bool "a"
	depends on B
config B
	bool
	select C
config C
	bool "c"
	select B if A
`),
    ).toEqual([
      "Kconfig:9: circular dependency: B is selected by C (Kconfig:9); C is selected by B (Kconfig:6)",
    ]);
  });

  it("find a circle through a condition that is shared, and through implied symbols", () => {
    const shared = `config B
	bool "b"
choice
	prompt "c"
config A
	bool "a"
endchoice
if A || B
config C
	bool "c"
config A
	bool "a"
endif
`;
    expect(problemsOf(shared)[0]).toMatch(/^Kconfig:5: circular dependency: A depends on A/);
    const implied = 'config A\n\tbool "a"\n\timply UNDEFINED if UNDEFINED\n';
    expect(problemsOf(implied)[0]).toMatch(/^Kconfig:3: .*: UNDEFINED is implied by UNDEFINED/);
  });

  it("refuse an end in another file than its beginning", () => {
    expect(problemsOf({ Kconfig: 'menu "x"\nsource "b"\n', b: "endmenu\n" })).toEqual([
      "b:1: 'endmenu' is in another file than its menu (Kconfig:1)",
      "Kconfig:1: this menu has no end",
    ]);
  });
});

describe("warnings", () => {
  it("say what cannot mean what it says", () => {
    const { warnings } = model(`config A
	int "a"
	default "x"
	range 1 y
	select B
config B
	string " b"
	default A && A
menuconfig C
	bool
config A
	bool
config D
`);
    expect(warnings.map(({ message, location }) => `${location?.line}: ${message}`)).toEqual([
      "7: leading white space of the prompt ignored",
      "9: menuconfig statement without prompt",
      "11: ignoring type redefinition of 'A' from 'int' to 'bool'",
      "3: 'A': the default 'x' is not a number",
      "5: 'A' is int: it cannot select",
      "4: 'A': the range's ends are not numbers",
      "8: the default of 'B' must be a single symbol or value",
      "13: 'D' is defined without a type",
    ]);
  });
});
