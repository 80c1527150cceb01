// Finds and reads the files of a tree. Names are relative to the tree's root (`source`) or to the
// including file (`rsource`), and may contain globs; the o-kinds do not mind when nothing is there.
import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, posix, relative, sep } from "node:path";
import { glob, isGlob } from "./glob.ts";

export class SourceFiles {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** A file's name in messages: relative to the root, with forward slashes. */
  displayName(path: string): string {
    const name = relative(this.root, path);
    return sep === "/" ? name : name.replaceAll(sep, "/");
  }

  read(name: string): string {
    return readFileSync(this.absolute(name), "utf8");
  }

  /**
   * The files that a statement in `includer` names, sorted. A name without a glob is returned as
   * it is unless it is optional: whether the file is there shows when it is read.
   */
  match(pattern: string, includer: string, isRelative: boolean, isOptional: boolean): string[] {
    const name = isRelative && !isAbsolute(pattern) ? join(dirname(includer), pattern) : pattern;
    const candidates = isGlob(name) ? glob(name, isAbsolute(name) ? "" : this.root) : [name];
    const matches = candidates.map(normalize);
    const mustExist = isOptional || isGlob(name);
    return mustExist ? matches.filter((match) => isFile(this.absolute(match))) : matches;
  }

  private absolute(name: string): string {
    return isAbsolute(name) ? name : join(this.root, name);
  }
}

function normalize(name: string): string {
  const path = sep === "/" ? name : name.replaceAll(sep, "/");
  return path.includes("./") || path.includes("//") ? posix.normalize(path) : path;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
