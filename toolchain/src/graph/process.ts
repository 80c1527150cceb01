// Runs a tool with a fixed environment and kills it when the build is cancelled. The user's
// environment (CPATH, LANG, SOURCE_DATE_EPOCH, …) never reaches a compiler.
import { spawn } from "node:child_process";

export interface ToolResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ToolOptions {
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
  /** Added to, or instead of, the fixed environment. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

const fixedEnvironment: Readonly<Record<string, string>> = {
  LC_ALL: "C",
  TZ: "UTC",
  PATH: "/usr/local/bin:/usr/bin:/bin",
  // __DATE__ and __TIME__ say 1970 in every build.
  SOURCE_DATE_EPOCH: "0",
};

/** Runs to the end and returns status and output; rejects when aborted or not startable. */
export function runTool(
  program: string,
  toolArguments: readonly string[],
  options: ToolOptions,
): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const child = spawn(program, toolArguments, {
      cwd: options.directory,
      env: { ...fixedEnvironment, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const kill = () => child.kill("SIGKILL");
    options.signal?.addEventListener("abort", kill, { once: true });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", (error) => {
      options.signal?.removeEventListener("abort", kill);
      reject(new Error(`cannot run ${program}: ${error.message}`, { cause: error }));
    });
    child.on("close", (status, signalName) => {
      options.signal?.removeEventListener("abort", kill);
      if (options.signal?.aborted) {
        reject(options.signal.reason);
        return;
      }
      const ending = signalName ? `\n${program} was killed by ${signalName}\n` : "";
      resolve({
        status: status ?? 128,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString() + ending,
      });
    });
  });
}
