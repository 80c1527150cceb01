// For the tests beside these files: trees written into a temporary directory.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";
import { ProblemsError } from "../problems.ts";
import { readConfig, writeConfig } from "./config-file.ts";
import { Evaluation } from "./evaluate.ts";
import { type KconfigModel, loadModel } from "./load.ts";
import type { ParseOptions } from "./types.ts";

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

/** Writes the files and returns the path of the root file, which is called Kconfig. */
export function writeTree(files: string | Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), "kconfig-test-"));
  directories.push(directory);
  for (const [name, text] of Object.entries(
    typeof files === "string" ? { Kconfig: files } : files,
  )) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return join(directory, "Kconfig");
}

export function model(
  files: string | Readonly<Record<string, string>>,
  options?: ParseOptions,
): KconfigModel {
  return loadModel(writeTree(files), options);
}

/** What is wrong with a tree, as lines of "file:line: message". */
export function problemsOf(
  files: string | Readonly<Record<string, string>>,
  options?: ParseOptions,
): string[] {
  try {
    model(files, options);
  } catch (error) {
    if (error instanceof ProblemsError) return error.message.split("\n");
    throw error;
  }
  return [];
}

/** The settings that a tree gives for the lines of a .config, without CONFIG_ and comments. */
export function configure(tree: KconfigModel, ...lines: readonly string[]): string[] {
  const evaluation = new Evaluation(tree);
  readConfig(evaluation, lines.map((line) => `CONFIG_${line}\n`).join(""), ".config");
  const text = writeConfig(evaluation);
  return [...text.matchAll(/^CONFIG_(.*)$/gm)].map((match) => match[1] as string);
}
