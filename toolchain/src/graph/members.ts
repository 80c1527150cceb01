// The archives of lazy libraries (libc above all): of a thousand files those are compiled that an
// image needs, found from symbol to symbol as a linker finds them. The same needs give the same
// archives, whatever else the store holds.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Library } from "../libraries/library.ts";
import { listTree } from "../libraries/tree.ts";
import { sourceTree } from "../sources/tree.ts";
import { writeAtomically } from "../store/atomic.ts";
import type { Store } from "../store/store.ts";
import type { BuildOptions } from "../types.ts";
import { locked } from "./action.ts";
import { type Archive, compileAll, isArchiveIntact, prepareUnit, writeArchive } from "./archive.ts";
import type { CompiledObject, SourceFile } from "./compile.ts";
import { type DefinitionIndex, definitionIndex, type SourceText } from "./definition-index.ts";
import { compareBytes, keyOf } from "./hash.ts";
import type { Pool } from "./pool.ts";
import { archiveKey, type ImageContext, libraryUnit, type Unit } from "./unit.ts";

/** Raised when the same needs give other members. */
const membersFormat = 1;

/** Up to so many files a library is compiled as a whole: looking for definitions is not worth it. */
const smallLibrary = 16;

/** What the compiler may call in any code, for copies, comparisons and loops that it recognises. */
const alwaysNeeded = ["bcmp", "memcmp", "memcpy", "memmove", "memset", "strlen"];

/** Content of the archives by library; a library none of whose files is needed has none. */
type MembersRecord = Readonly<Record<string, string>>;

/** Makes sure that the lazy libraries' archives are in the store, with all that defines `needed`. */
export async function ensureMembers(
  image: ImageContext,
  libraries: readonly Library[],
  needed: Iterable<string>,
  pool: Pool,
  options: BuildOptions,
): Promise<Archive[]> {
  if (libraries.length === 0) return [];
  const { store } = image;
  const units = libraries.map((library) => ({ library, unit: libraryUnit(image, library) }));
  const keys = units.map(({ library, unit }) => archiveKey(image, library, unit));
  const roots = [...new Set([...alwaysNeeded, ...needed])].sort(compareBytes);
  const key = keyOf("members", membersFormat, keys, roots);
  const record = store.path("archives", `${key}.json`);
  const work = async () => {
    const made = findMembers(store, record, libraries);
    if (made) return made;
    const parts = await Promise.all(
      units.map(async ({ library, unit }) => {
        const sources = await prepareUnit(image, library, unit, options);
        return new LazyLibrary(image, library, unit, sources);
      }),
    );
    await extract(parts, roots, pool, options);
    const archives: Archive[] = [];
    for (const { library, members } of parts) {
      const objects = members();
      const sha256 =
        objects.length > 0
          ? await writeArchive(store, image.compiler, library.name, objects, options)
          : undefined;
      archives.push({ library, sha256 });
    }
    const content: MembersRecord = Object.fromEntries(
      archives.flatMap(({ library, sha256 }) => (sha256 ? [[library.name, sha256]] : [])),
    );
    await writeAtomically(store.temporaryDirectory, record, JSON.stringify(content));
    return archives;
  };
  return (
    findMembers(store, record, libraries) ??
    // Another image with other needs compiles mostly the same files.
    (await locked(store, `members-${keyOf("members", keys)}`, options, work))
  );
}

function findMembers(
  store: Store,
  recordPath: string,
  libraries: readonly Library[],
): Archive[] | undefined {
  try {
    const record = JSON.parse(readFileSync(recordPath, "utf8")) as MembersRecord;
    if (!Object.values(record).every((sha) => isArchiveIntact(store, recordPath, sha)))
      return undefined;
    return libraries.map((library) => ({ library, sha256: record[library.name] }));
  } catch {
    return undefined;
  }
}

class LazyLibrary {
  readonly library: Library;
  readonly #unit: Unit;
  readonly #sources: ReadonlyMap<string, SourceFile>;
  readonly #index: DefinitionIndex;
  readonly #compiled = new Set<string>();
  /** The first file, in the archive's order, that defines a symbol. */
  readonly #definitions = new Map<string, CompiledObject>();
  readonly #extracted = new Set<CompiledObject>();

  constructor(image: ImageContext, library: Library, unit: Unit, sources: readonly SourceFile[]) {
    this.library = library;
    this.#unit = unit;
    this.#sources = new Map(sources.map((source) => [source.logical, source]));
    const names = sources.map((source) => source.logical);
    this.#index =
      sources.length <= smallLibrary
        ? () => names
        : definitionIndex(sources.map(textOf), headerTexts(image, library));
  }

  /** Compiles what may define the symbols and has not been compiled. */
  async compile(symbols: readonly string[], pool: Pool, options: BuildOptions): Promise<void> {
    const names = [...new Set(symbols.flatMap(this.#index))]
      .filter((name) => !this.#compiled.has(name))
      .sort(compareBytes);
    const sources = names.map((name) => this.#sources.get(name) as SourceFile);
    const { context } = this.#unit;
    for (const object of await compileAll(context, sources, pool, options, this.library.name)) {
      this.#compiled.add(object.logical);
      for (const symbol of object.symbols.defined) {
        const other = this.#definitions.get(symbol);
        if (!other || object.logical < other.logical) this.#definitions.set(symbol, object);
      }
    }
  }

  /** Takes the object that defines a symbol; returns what it needs when it was not taken before. */
  extract(symbol: string): readonly string[] {
    const object = this.#definitions.get(symbol);
    if (!object || this.#extracted.has(object)) return [];
    this.#extracted.add(object);
    return object.symbols.needed;
  }

  members = (): CompiledObject[] =>
    [...this.#extracted].sort((left, right) => (left.logical < right.logical ? -1 : 1));
}

/** Extracts all that is needed, directly or not. */
async function extract(
  libraries: readonly LazyLibrary[],
  roots: readonly string[],
  pool: Pool,
  options: BuildOptions,
): Promise<void> {
  const seen = new Set(roots);
  for (let wave = roots; wave.length > 0; ) {
    await Promise.all(libraries.map((library) => library.compile(wave, pool, options)));
    const next: string[] = [];
    for (const needed of wave.flatMap((symbol) =>
      libraries.flatMap((one) => one.extract(symbol)),
    )) {
      if (!seen.has(needed)) next.push(needed);
      seen.add(needed);
    }
    wave = next.sort(compareBytes);
  }
}

function textOf(source: SourceFile): SourceText {
  const text = readFileSync(join(source.directory, source.path), "latin1");
  return { name: source.logical, text };
}

/** The headers that a library's files may include for their macros: its own and its tree's. */
function headerTexts(image: ImageContext, library: Library): SourceText[] {
  const tree = sourceTree(library, image.registry, image.store);
  const own = library.files().map(({ path }) => join(library.directory, path));
  const theirs = tree ? listTree(tree.directory, () => true) : [];
  return [...own, ...theirs.map((path) => join(tree?.directory ?? "", path))]
    .filter((path) => path.endsWith(".h"))
    .map((path) => ({ name: path, text: readFileSync(path, "latin1") }));
}
