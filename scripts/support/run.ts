// Runs programs: quietly with captured output, or in front of the user.
import { type SpawnOptions, spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { StepError } from "./errors.ts";

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the program is killed. */
  readonly timeoutMs?: number;
}

export interface RunResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs to the end, whatever the exit status. A program that cannot start has status 127. */
export function capture(
  program: string,
  programArguments: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return new Promise((resolve) => {
    const spawnOptions: SpawnOptions = { stdio: ["ignore", "pipe", "pipe"] };
    if (options.cwd !== undefined) spawnOptions.cwd = options.cwd;
    if (options.env !== undefined) spawnOptions.env = options.env;
    if (options.timeoutMs !== undefined) spawnOptions.timeout = options.timeoutMs;
    const child = spawn(program, programArguments, spawnOptions);
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", (error) => resolve({ status: 127, stdout, stderr: error.message }));
    child.on("close", (code) => resolve({ status: code ?? 1, stdout, stderr }));
  });
}

/** Like `capture`, but a failure is an error that shows the last lines of the output. */
export async function mustCapture(
  program: string,
  programArguments: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const result = await capture(program, programArguments, options);
  if (result.status !== 0) {
    const output = `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-15).join("\n");
    throw new StepError(
      `\`${program} ${programArguments.join(" ")}\` failed with status ${result.status}:\n${output}`,
    );
  }
  return result.stdout;
}

/** Runs with the terminal of this command; gives the exit status. */
export function inFront(
  program: string,
  programArguments: readonly string[],
  options: RunOptions = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const spawnOptions: SpawnOptions = { stdio: ["ignore", "inherit", "inherit"] };
    if (options.cwd !== undefined) spawnOptions.cwd = options.cwd;
    if (options.env !== undefined) spawnOptions.env = options.env;
    const child = spawn(program, programArguments, spawnOptions);
    // The terminal sends Ctrl-C to the child as well: let it finish in its own way.
    const ignore = () => {};
    process.on("SIGINT", ignore);
    child.on("error", (error) => reject(new StepError(`${program}: ${error.message}`)));
    child.on("close", (code) => {
      process.off("SIGINT", ignore);
      resolve(code ?? 1);
    });
  });
}

/** The file a program's name stands for on PATH, or undefined. */
export function findProgram(name: string, path = process.env.PATH ?? ""): string | undefined {
  for (const directory of path.split(delimiter)) {
    if (directory === "") continue;
    const candidate = join(directory, name);
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) return candidate;
    } catch {
      // Not here: the next directory.
    }
  }
  return undefined;
}
