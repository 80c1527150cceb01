// The libraries below one root directory, read when first asked for, and who sees whose headers.
import { readdirSync } from "node:fs";
import { compareBytes, type FileHash } from "../graph/hash.ts";
import { type Library, readLibrary } from "./library.ts";
import { isLibraryFile, readKnownTree } from "./tree.ts";

export class LibraryRegistry {
  /** The directory that holds one folder per library and the root Kconfig. */
  readonly root: string;
  readonly #libraries = new Map<string, Library | undefined>();
  #names: readonly string[] | undefined;
  #files: ReadonlyMap<string, readonly FileHash[]> | undefined;

  /** `files` when somebody has read them already: as readKnownTree(root, isLibraryFile). */
  constructor(root: string, files?: readonly FileHash[]) {
    this.root = root;
    if (files) this.#files = byFolder(files);
  }

  /** Undefined when there is no such library. */
  find(name: string): Library | undefined {
    if (!this.#libraries.has(name)) {
      const plain = /^[a-z0-9][a-z0-9-]*$/.test(name);
      this.#libraries.set(name, plain ? this.#read(name) : undefined);
    }
    return this.#libraries.get(name);
  }

  /** A library that another one names; `by` is named when it does not exist. */
  get(name: string, by: string): Library {
    const library = this.find(name);
    if (!library)
      throw new Error(`${by}: there is no library "${name}" in the libraries' directory`);
    return library;
  }

  /** Names of all libraries, sorted. */
  names(): readonly string[] {
    this.#names ??= readdirSync(this.root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && this.find(entry.name))
      .map((entry) => entry.name)
      .sort(compareBytes);
    return this.#names;
  }

  /**
   * The libraries whose exported headers one sees that declares `dependencies`: these, and
   * what they re-export, each once, in declared order.
   */
  visible(dependencies: readonly string[], by: string): readonly Library[] {
    const seen = new Map<string, Library>();
    const visit = (names: readonly string[], from: string) => {
      for (const name of names) {
        if (seen.has(name)) continue;
        const library = this.get(name, from);
        seen.set(name, library);
        visit(library.description.reexports, `${name}/library.json`);
      }
    };
    visit(dependencies, by);
    return [...seen.values()];
  }

  /** The library whose description holds the third-party source that `library` uses, if any. */
  sourceOwner(library: Library): Library | undefined {
    if (library.description.source) return library;
    const owner = library.description.sourceLibrary;
    return owner ? this.get(owner, `${library.name}/library.json: source`) : undefined;
  }

  #read(name: string): Library | undefined {
    return readLibrary(this.root, name, () => {
      this.#files ??= byFolder(readKnownTree(this.root, isLibraryFile));
      return this.#files.get(name) ?? [];
    });
  }
}

/** The files of each folder, by their paths inside it. */
function byFolder(files: readonly FileHash[]): Map<string, FileHash[]> {
  const folders = new Map<string, FileHash[]>();
  for (const { path, sha256 } of files) {
    const end = path.indexOf("/");
    const name = path.slice(0, Math.max(end, 0));
    const folder = folders.get(name) ?? [];
    folder.push({ path: path.slice(end + 1), sha256 });
    folders.set(name, folder);
  }
  return folders;
}
