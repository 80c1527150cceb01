// `unikernel debug GUEST`: gdb at a guest that runs, with the symbols of its image.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { openStore } from "@pulumi-unikernel/toolchain";
import { symbolsPath } from "../guests/image-of-crash.ts";
import { type Command, chooseGuest, findGuests, parseCommandLine, UsageError } from "./hosts.ts";

const usage = "unikernel debug --help";

export const command: Command = {
  summary: "attach gdb to a guest of QEMU, with its symbols",
  help: `Usage: unikernel debug [options] GUEST [-- GDB-OPTION...]

Attaches gdb to a guest that QEMU runs here, with the functions and lines of its image. The guest stands
still while gdb does, and runs on when gdb is left. GUEST is a name, an id or its beginning. What
follows -- goes to gdb, e.g. -- -batch -ex bt.

  --restart           begin the guest anew first: it waits before its first instruction, so that
                      "break main" is reached

Variables are only known where the image was built with optimize "debug".`,

  async run(commandLine, signal) {
    const at = commandLine.indexOf("--");
    const { values, positionals } = parseCommandLine(
      {
        args: at < 0 ? commandLine : commandLine.slice(0, at),
        options: { restart: { type: "boolean" } },
        allowPositionals: true,
      },
      usage,
    );
    const [name, ...others] = positionals;
    if (name === undefined || others.length > 0) throw new UsageError("name one guest", usage);
    const { driver, id, digest } = chooseGuest(await findGuests(), name);
    if (driver.debug === undefined) {
      throw new Error(
        `${id} is a guest of the driver "${driver.name}"; only those of "qemu" can be debugged`,
      );
    }
    const { state } = await driver.status(id);
    if (state !== "running") throw new Error(`the guest ${id} does not run (${state})`);
    const symbols = symbolsPath(openStore(), digest);
    if (!existsSync(symbols)) {
      throw new Error(
        `the store has no symbols of ${digest}; build it here with \`unikernel build DIR\``,
      );
    }
    return driver.debug(id, { fromStart: values.restart ?? false }, (directory, socket) =>
      runGdb({ directory, socket, symbols, more: at < 0 ? [] : commandLine.slice(at + 1) }, signal),
    );
  },
};

interface Session {
  /** Where the socket is; its whole path may be too long for one. */
  readonly directory: string;
  readonly socket: string;
  readonly symbols: string;
  readonly more: readonly string[];
}

function runGdb({ directory, socket, symbols, more }: Session, signal: AbortSignal) {
  const settings = ["set confirm off", "set pagination off", `target remote ${socket}`];
  const args = ["-q", ...settings.flatMap((line) => ["-ex", line]), ...more, symbols];
  return new Promise<number>((resolve, reject) => {
    const child = spawn("gdb", args, { cwd: directory, stdio: "inherit" });
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "ENOENT"
          ? new Error("gdb is missing (Debian, Ubuntu: `apt-get install gdb`)")
          : error,
      ),
    );
    // Ctrl-C is gdb's: it stops the guest there.
    const end = () => {
      if (signal.reason?.status !== 130) child.kill("SIGTERM");
    };
    signal.addEventListener("abort", end, { once: true });
    child.on("close", (code) => resolve(code ?? 1));
  });
}
