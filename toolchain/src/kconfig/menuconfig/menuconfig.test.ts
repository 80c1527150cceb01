import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { model } from "../test-support.ts";
import { parseKeys } from "./keys.ts";
import { render } from "./render.ts";
import { configText, settingsOf } from "./session.ts";
import { afterSaving, initialState, press, type State } from "./state.ts";

const tree = () =>
  model(`
mainmenu "Title"
config A
	bool "Switch"
	help
	  About the switch.
config N
	int "Number"
	depends on A
	range 1 9
	default 5
menu "Texts"
config S
	string "Text"
	default "abc"
comment "Remark"
endmenu
choice
	prompt "One of"
config X
	bool "First"
config Y
	bool "Second"
	select PULLED
endchoice
config PULLED
	bool "Pulled"
config HIDDEN
	bool "Hidden"
	depends on N = 9
`);

const UP = "\x1b[A";
const DOWN = "\x1b[B";
const ENTER = "\r";
const ESCAPE = "\x1b";

/** Presses keys one after another, as a terminal sends them. */
const after = (state: State, ...inputs: string[]): State =>
  inputs.flatMap(parseKeys).reduce(press, state);

const start = (): State => initialState(tree(), new Map());

/** The screen without empty lines, codes and the line of keys; the cursor's line begins with ">". */
function screen(state: State): string[] {
  const lines = render(state, { columns: 60, rows: 20 }).slice(0, -1);
  return lines
    .map((line) => stripVTControlCharacters(line.replace("\x1b[7m ", ">")).trimEnd())
    .filter((line) => line !== "");
}

describe("menuconfig", () => {
  it("shows what can be set, indented below what it depends on", () => {
    expect(screen(start())).toEqual([
      "Title",
      "> [ ] Switch",
      "  Texts  --->",
      "  One of (First)  --->",
      "  [ ] Pulled",
      "# CONFIG_A is not set",
    ]);
    expect(screen(after(start(), " ", DOWN))).toEqual([
      "Title (changed)",
      "  [*] Switch",
      ">   (5) Number",
      "  Texts  --->",
      "  One of (First)  --->",
      "  [ ] Pulled",
      "CONFIG_N=5",
    ]);
  });

  it("edits numbers within their range", () => {
    const editing = after(start(), " ", DOWN, ENTER, "\x7f", "12", ENTER);
    expect(screen(editing).at(-1)).toBe("'12' is not a value from 1 to 9");
    const done = after(editing, "\x7f\x7f", "9", ENTER, DOWN);
    expect(screen(done).at(2)).toBe("    (9) Number");
    expect(screen(done)).toContain("  [ ] Hidden");
  });

  it("opens menus and goes back to where it was", () => {
    const inside = after(start(), DOWN, ENTER);
    expect(screen(inside).slice(0, 3)).toEqual([
      "Title > Texts",
      "> (abc) Text",
      "  *** Remark ***",
    ]);
    expect(screen(after(inside, ESCAPE))[2]).toBe("> Texts  --->");
  });

  it("picks a choice's value, and says why something is fixed", () => {
    const picked = after(start(), DOWN, DOWN, ENTER, DOWN, ENTER);
    expect(screen(picked)).toContain("> One of (Second)  --->");
    expect(screen(picked)).toContain("  -*- Pulled");
    expect(screen(after(picked, DOWN, "n")).at(-1)).toBe("selected by Y");
  });

  it("finds symbols, also hidden ones", () => {
    const found = after(start(), "/", "text");
    expect(screen(found)).toEqual(["Title", "> S  Text", "Search: text_"]);
    // A name first, before others that contain it.
    expect(screen(after(start(), "/x")).slice(1, 3)).toEqual(["> X  First", "  S  Text"]);
    expect(screen(after(found, ENTER)).slice(0, 2)).toEqual(["Title > Texts", "> (abc) Text"]);
    expect(screen(after(start(), "/hid", ENTER)).at(-1)).toBe("HIDDEN is hidden: needs N=9");
  });

  it("shows help", () => {
    expect(screen(after(start(), "?"))).toEqual([
      "Title",
      "Switch",
      "Symbol: A [=n]",
      "Defined at: Kconfig:3",
      "About the switch.",
    ]);
    expect(after(start(), "?", "x").mode.kind).toBe("browse");
  });

  it("keeps what is fixed, and lets one ask for what is on anyway", () => {
    const rules = {
      fixed: new Map([["A", "needed by the application"]]),
      declarable: new Set(["A", "PULLED"]),
    };
    const settings = new Map([
      ["A", "y"],
      ["Y", "y"],
    ]);
    const fixed = initialState(tree(), settings, rules);
    expect(screen(fixed)[1]).toBe("> -*- Switch");
    expect(screen(after(fixed, " ")).at(-1)).toBe("needed by the application");
    expect(after(fixed, "n").settings).toBe(settings);
    const asked = after(fixed, "\x1b[F", " ");
    expect(screen(asked)).toContain("> -*- Pulled (declared)");
    expect(asked.settings.get("PULLED")).toBe("y");
    expect(screen(after(asked, " "))).toContain("> -*- Pulled");
    expect(screen(after(asked, "n"))).toContain("> -*- Pulled");
    expect(after(asked, "m").settings).toBe(asked.settings);
  });

  it("asks before it discards changes", () => {
    expect(after(start(), "q").request).toBe("quit");
    const asked = after(start(), " ", "q");
    expect(screen(asked).at(-1)).toBe("Save the changes?");
    expect(after(asked, ESCAPE).mode.kind).toBe("browse");
    expect(after(asked, "n").request).toBe("quit");
    const saving = after(asked, "y");
    expect(saving.request).toBe("save-and-quit");
    expect(afterSaving(saving, "").request).toBe("quit");
  });

  it("keeps the cursor inside the list, and the list inside the screen", () => {
    expect(after(start(), UP, UP).cursor).toBe(0);
    expect(after(start(), "\x1b[F").cursor).toBe(3);
    expect(render(after(start(), "\x1b[F"), { columns: 12, rows: 6 })).toHaveLength(6);
  });

  it("reads and writes .config files", () => {
    const settings = settingsOf(tree(), "CONFIG_A=y\nCONFIG_N=7\nCONFIG_Y=y\nCONFIG_OLD=1\n", "c");
    expect([...settings]).toEqual([
      ["A", "y"],
      ["N", "7"],
      ["Y", "y"],
    ]);
    expect(configText(tree(), settings)).toContain("CONFIG_PULLED=y\n");
  });
});

describe("keys", () => {
  it("are told from what a terminal sends", () => {
    expect(parseKeys("\x1b[Aä\x1bOB\x1b[5~\x1b[99~\x03").map((key) => key.kind)).toEqual([
      ...["up", "character", "down", "pageup", "interrupt"],
    ]);
  });
});
