// menuconfig on a real pseudo-terminal: tmux is the terminal, we are the fingers.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { run } from "./kconfig-conf.ts";

const MAIN = fileURLToPath(
  new URL("../../toolchain/src/kconfig/menuconfig/main.ts", import.meta.url),
);

function findTmux(): string | null {
  if (run("tmux", ["-V"]).ok) return null;
  if (process.getuid?.() !== 0) return "needs tmux: sudo apt-get install tmux";
  const install = run("apt-get", ["install", "-y", "-q", "tmux"]);
  return install.ok ? null : `apt-get install tmux failed: ${install.output}`;
}
const missing = findTmux();

const directory = mkdtempSync(join(tmpdir(), "kconfig-menuconfig-"));
const socket = join(directory, "tmux");
const tmux = (...args: string[]) =>
  spawnSync("tmux", ["-S", socket, "-f", "/dev/null", ...args], { encoding: "utf8" }).stdout ?? "";

afterAll(() => {
  tmux("kill-server");
  rmSync(directory, { recursive: true, force: true });
});

const screen = (): string => tmux("capture-pane", "-p", "-t", "menu");

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what} did not happen; the screen:\n${screen()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const shows = (text: string) => until(() => screen().includes(text), `'${text}' on the screen`);

describe.skipIf(missing !== null)(`menuconfig ${missing ?? ""}`, () => {
  it("is used with keys, and writes the file", { timeout: 120_000 }, async () => {
    writeFileSync(
      join(directory, "Kconfig"),
      'mainmenu "Try"\nconfig A\n\tbool "Switch"\nconfig N\n\tint "Number"\n\tdepends on A\n\tdefault 5\n',
    );
    const config = join(directory, "config");
    const command = `'${process.execPath}' '${MAIN}' Kconfig '${config}'; echo ended $?; read line`;
    tmux("new-session", "-d", "-s", "menu", "-x", "70", "-y", "16", "-c", directory, command);

    await shows("[ ] Switch");
    tmux("send-keys", "-t", "menu", "Space");
    await shows("(5) Number");
    tmux("resize-window", "-t", "menu", "-x", "50", "-y", "12");
    tmux("send-keys", "-t", "menu", "Down");
    await shows("CONFIG_N=5");
    tmux("send-keys", "-t", "menu", "Enter");
    await shows("New value: 5_");
    tmux("send-keys", "-t", "menu", "BSpace", "4", "2", "Enter");
    await shows("(42) Number");
    expect(existsSync(config)).toBe(false);
    tmux("send-keys", "-t", "menu", "q");
    await shows("Save the changes?");
    tmux("send-keys", "-t", "menu", "y");
    await shows("ended 0");

    expect(screen()).not.toContain("Switch");
    expect(readFileSync(config, "utf8")).toContain("CONFIG_A=y\nCONFIG_N=42\n");
  });
});
