// What is looked up faster than found out again, kept between runs of the toolchain. Everything
// here may vanish at any time: whoever recalls nothing does the work.
import { randomBytes } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { sha256 } from "../graph/hash.ts";
import { homeDirectory } from "../home.ts";
import { markUsed } from "../store/use.ts";

/** What nobody has recalled for so long is forgotten. */
const forgottenAfterMs = 30 * 24 * 3600 * 1000;
const forgetEveryMs = 24 * 3600 * 1000;

/** The value under this name, if it is here and intact. */
export function recall(kind: string, name: string): unknown {
  const path = join(directoryOf(kind), name);
  try {
    const text = readFileSync(path, "utf8");
    const lineEnd = text.indexOf("\n");
    const content = text.slice(lineEnd + 1);
    if (sha256(content) !== text.slice(0, lineEnd)) return undefined;
    markUsed(path);
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** Keeps a value; where nothing can be written, nothing is kept. */
export function remember(kind: string, name: string, value: unknown): void {
  const directory = directoryOf(kind);
  const content = JSON.stringify(value);
  const temporary = join(directory, `.${process.pid}-${randomBytes(6).toString("hex")}`);
  try {
    mkdirSync(directory, { recursive: true });
  } catch {
    return;
  }
  try {
    forgetOld(directory);
    writeFileSync(temporary, `${sha256(content)}\n${content}`);
    renameSync(temporary, join(directory, name));
  } catch {
    rmSync(temporary, { force: true });
  }
}

function directoryOf(kind: string): string {
  return join(homeDirectory(), "cache", kind);
}

/** Once a day: a stamp in the directory tells when it was done. */
function forgetOld(directory: string): void {
  const stamp = join(directory, ".forgotten");
  if (ageMs(stamp) < forgetEveryMs) return;
  writeFileSync(stamp, "");
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (ageMs(path) > forgottenAfterMs) rmSync(path, { force: true });
  }
}

function ageMs(path: string): number {
  const modifiedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return modifiedMs === undefined ? Infinity : Date.now() - modifiedMs;
}
