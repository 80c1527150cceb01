// Runs the interface on a terminal, for any file that keeps settings of a tree.
import { on } from "node:events";
import process from "node:process";
import type { KconfigModel } from "../load.ts";
import { parseKeys } from "./keys.ts";
import { render } from "./render.ts";
import type { Rules, Settings } from "./session.ts";
import { afterSaving, initialState, press, type State } from "./state.ts";

/** What is being changed. */
export interface Document {
  readonly model: KconfigModel;
  readonly rules: Rules;
  readonly settings: Settings;
  /** A line to begin with. */
  readonly message: string;
  /** Writes the file; returns in a line what was done. */
  save(settings: Settings): string;
}

const ENTER_SCREEN = "\x1b[?1049h\x1b[?25l";
const LEAVE_SCREEN = "\x1b[?25h\x1b[?1049l";

/** Lets the user change a document; resolves when they are done, with what the last save said. */
export async function runMenuconfig(document: Document, signal: AbortSignal): Promise<string> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY)
    throw new Error("menuconfig needs a terminal; without one, edit the file itself");
  const { model, settings, rules, message } = document;
  let state: State = { ...initialState(model, settings, rules), message };
  let saved = "";
  const draw = (): void => {
    const lines = render(state, { columns: stdout.columns, rows: stdout.rows });
    stdout.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join("\r\n")}\x1b[J`);
  };
  const save = (): State => {
    try {
      saved = document.save(state.settings);
      return afterSaving(state, saved);
    } catch (error) {
      return { ...state, request: "none", message: `not saved: ${(error as Error).message}` };
    }
  };
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  stdout.write(ENTER_SCREEN);
  stdout.on("resize", draw);
  try {
    draw();
    for await (const [input] of on(stdin, "data", { signal, close: ["end"] })) {
      for (const key of parseKeys(String(input))) {
        state = press(state, key);
        if (state.request === "save" || state.request === "save-and-quit") state = save();
        if (state.request === "quit") return saved;
      }
      draw();
    }
    return saved;
  } finally {
    stdout.off("resize", draw);
    stdin.setRawMode(false);
    stdin.pause();
    stdout.write(LEAVE_SCREEN);
  }
}
