// `unikernel menuconfig` on a real pseudo-terminal: tmux is the terminal, we are the fingers.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { run } from "./kconfig-conf.ts";

const program = join(import.meta.dirname, "../../toolchain/bin/unikernel");

function findTmux(): string | null {
  if (run("tmux", ["-V"]).ok) return null;
  if (process.getuid?.() !== 0) return "needs tmux: sudo apt-get install tmux";
  const install = run("apt-get", ["install", "-y", "-q", "tmux"]);
  return install.ok ? null : `apt-get install tmux failed: ${install.output}`;
}
const missing = findTmux();

const directory = mkdtempSync(join(tmpdir(), "kconfig-menuconfig-"));
/** Each session has a server of its own: one that is being killed may still answer. */
let sessions = 0;
const tmux = (...args: string[]) =>
  spawnSync("tmux", ["-S", join(directory, `tmux-${sessions}`), "-f", "/dev/null", ...args], {
    encoding: "utf8",
  }).stdout ?? "";

afterEach(() => {
  tmux("kill-server");
});
afterAll(() => {
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

/** Starts `unikernel menuconfig`; its process is the one that `pid` names. */
function start(...commandLine: string[]): void {
  const command = [program, "menuconfig", ...commandLine].map((word) => `'${word}'`).join(" ");
  const line = `sh -c "echo \\$\\$ >pid; exec ${command}"; echo ended $?; read line`;
  sessions++;
  tmux("new-session", "-d", "-s", "menu", "-x", "70", "-y", "16", "-c", directory, line);
}

const press = (...keys: string[]): string => tmux("send-keys", "-t", "menu", ...keys);
const type = (text: string): string => tmux("send-keys", "-t", "menu", "-l", text);

describe.skipIf(missing !== null)(`menuconfig ${missing ?? ""}`, { timeout: 120_000 }, () => {
  it("is used with keys, and writes the .config file of any tree", async () => {
    writeFileSync(
      join(directory, "Kconfig"),
      'mainmenu "Try"\nconfig A\n\tbool "Switch"\nconfig N\n\tint "Number"\n\tdepends on A\n\tdefault 5\n' +
        'config B\n\tbool "Selects"\n\tselect C\nconfig C\n\tbool\n\tdepends on !A\n',
    );
    const config = join(directory, "config");
    start("--kconfig", "Kconfig", "--config", config);

    await shows("[ ] Switch");
    press("Space");
    await shows("(5) Number");
    tmux("resize-window", "-t", "menu", "-x", "50", "-y", "12");
    press("Down");
    await shows("CONFIG_N=5");
    press("Enter");
    await shows("New value: 5_");
    press("BSpace", "4", "2", "Enter");
    await shows("(42) Number");
    press("Down", "Space");
    await shows("[*] Selects");
    expect(existsSync(config)).toBe(false);
    press("q");
    await shows("Save the changes?");
    press("y");
    await shows("ended 0");

    expect(screen()).not.toContain("Switch");
    expect(screen().replaceAll("\n", "")).toMatch(
      /saved to .*; Kconfig:10: C is selected by B, but depends on !A, which is off/,
    );
    expect(readFileSync(config, "utf8")).toContain("CONFIG_A=y\nCONFIG_N=42\n");
  });

  it("changes an application's unikernel.json, and only where something is changed", async () => {
    const app = join(directory, "app");
    mkdirSync(app);
    writeFileSync(join(app, "main.c"), "int main(void) { return 0; }\n");
    const description = join(app, "unikernel.json");
    writeFileSync(description, '{\n\t"optimize": "size",\n\t"libraries": ["httpd"]\n}\n');
    start("app");

    await shows("Optimise for (Size)");
    type("/LIB_MUSL");
    press("Enter");
    await shows("CONFIG_LIB_MUSL=y");
    press("n");
    await shows("needed by the application");
    type("/LIB_LWIP");
    press("Enter");
    await shows("-*- lwip");
    press("Space");
    await shows("lwip: TCP/IP (declared)");
    type("/LWIP_TCP_WND");
    press("Enter");
    await shows("CONFIG_LWIP_TCP_WND=64240");
    press("Enter", "BSpace", "BSpace", "BSpace", "BSpace", "BSpace");
    type("99999");
    press("Enter");
    await shows("'99999' is not a value from 2920 to 65535");
    press("BSpace", "Enter");
    await shows("CONFIG_LWIP_TCP_WND=9999");
    press("s");
    await shows("saved to app/unikernel.json");
    expect(readFileSync(description, "utf8")).toBe(
      '{\n\t"optimize": "size",\n\t"libraries": ["httpd", "lwip"],\n\t"options": {\n\t\t"LWIP_TCP_WND": 9999\n\t}\n}\n',
    );

    type("/OPTIMIZE_SPEED");
    press("Enter");
    await shows("( ) Speed");
    press("Space");
    await shows("Optimise for (Speed)");
    writeFileSync(description, "{}\n");
    press("s");
    await shows("not saved: app/unikernel.json has changed meanwhile");
    press("q");
    await shows("Save the changes?");
    press("n");
    await shows("ended 0");
    expect(readFileSync(description, "utf8")).toBe("{}\n");
  });

  it("gives the terminal back when it is ended from outside, and saves nothing", async () => {
    const app = join(directory, "fresh");
    mkdirSync(app);
    start("fresh");
    await shows("Optimise for (Speed)");
    press("Down", "Down", "Enter");
    await shows("(X) Speed");
    press("Down", "Space");
    await shows("Optimise for (Size)");
    process.kill(Number(readFileSync(join(directory, "pid"), "utf8")), "SIGTERM");
    await shows("ended 143");
    expect(screen()).not.toContain("Optimise");
    expect(existsSync(join(app, "unikernel.json"))).toBe(false);
  });
});

it("refuses to run without a terminal, and what it cannot open", () => {
  const menuconfig = (...commandLine: string[]) =>
    run(program, ["menuconfig", ...commandLine], directory).output;
  expect(menuconfig()).toContain("menuconfig needs a terminal");
  expect(menuconfig("nowhere")).toBe("error: there is no directory nowhere");
  expect(menuconfig("--config", "x")).toContain("--config and --allow-shell go with --kconfig");
  mkdirSync(join(directory, "wrong"));
  writeFileSync(join(directory, "wrong", "unikernel.json"), '{"libraries": ["lwpi"]}');
  expect(menuconfig("wrong")).toContain('libraries[0]: there is no library "lwpi"');
  writeFileSync(join(directory, "Kconfig"), "config A\n\tdef_bool $(shell,touch ran)\n");
  expect(menuconfig("--kconfig", "Kconfig")).toContain("which is not allowed for this tree");
  expect(existsSync(join(directory, "ran"))).toBe(false);
});
