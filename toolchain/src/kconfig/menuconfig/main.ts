// Runs the interface on a terminal: node main.ts ROOT_KCONFIG CONFIG_FILE
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { type KconfigModel, loadModel } from "../load.ts";
import { parseKeys } from "./keys.ts";
import { render } from "./render.ts";
import { configText, settingsOf } from "./session.ts";
import { afterSaving, initialState, press, type State } from "./state.ts";

const ENTER_SCREEN = "\x1b[?1049h\x1b[?25l";
const LEAVE_SCREEN = "\x1b[?25h\x1b[?1049l";

/** Lets the user change a .config file; resolves when they are done. */
export async function runMenuconfig(model: KconfigModel, configFile: string): Promise<void> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) {
    throw new Error("menuconfig needs a terminal; edit the options in your program instead");
  }
  const old = existsSync(configFile) ? readFileSync(configFile, "utf8") : "";
  let state = initialState(model, settingsOf(model, old, configFile));
  const draw = (): void => {
    const lines = render(state, { columns: stdout.columns, rows: stdout.rows });
    stdout.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join("\r\n")}\x1b[J`);
  };
  const save = (): State => {
    writeFileSync(configFile, configText(model, state.settings));
    return afterSaving(state, `saved to ${configFile}`);
  };
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  stdout.write(ENTER_SCREEN);
  stdout.on("resize", draw);
  try {
    draw();
    for await (const input of stdin) {
      for (const key of parseKeys(String(input))) {
        state = press(state, key);
        if (state.request === "save" || state.request === "save-and-quit") state = save();
        if (state.request === "quit") return;
      }
      draw();
    }
  } finally {
    stdout.off("resize", draw);
    stdin.setRawMode(false);
    stdin.pause();
    stdout.write(LEAVE_SCREEN);
  }
}

if (import.meta.main) {
  const [rootFile, configFile] = process.argv.slice(2);
  if (rootFile === undefined || configFile === undefined) {
    console.error("usage: node main.ts ROOT_KCONFIG CONFIG_FILE");
    process.exit(2);
  }
  await runMenuconfig(loadModel(rootFile), configFile);
}
