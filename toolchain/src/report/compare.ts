// What grew and what shrank between two images: by library, by symbol, by option.
import type { OptionRecord } from "../record/types.ts";
import type { Piece } from "./pieces.ts";

export interface Sizes {
  readonly fileBytes: number;
  readonly memoryBytes: number;
}

export type ChangeKind = "new" | "gone" | "grown" | "shrunk";

export interface SymbolChange extends Pick<Piece, "library" | "object" | "symbol" | "section"> {
  readonly kind: ChangeKind;
  /** Bytes in the file; of memory that is zeroed at start, bytes in memory. */
  readonly before: number;
  readonly after: number;
}

export interface LibraryChange {
  readonly library: string;
  readonly before: Sizes;
  readonly after: Sizes;
}

export interface OptionChange {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export const noSizes: Sizes = { fileBytes: 0, memoryBytes: 0 };

export function sumSizes(pieces: readonly Sizes[]): Sizes {
  let { fileBytes, memoryBytes } = noSizes;
  for (const piece of pieces) {
    fileBytes += piece.fileBytes;
    memoryBytes += piece.memoryBytes;
  }
  return { fileBytes, memoryBytes };
}

/** What a piece takes where it takes room: zeroed memory takes none in the file. */
export function ownBytes(piece: Pick<Piece, "contents" | "fileBytes" | "memoryBytes">): number {
  return piece.contents === "zero" ? piece.memoryBytes : piece.fileBytes;
}

/** Every symbol whose size differs, the largest difference first. */
export function symbolChanges(before: readonly Piece[], after: readonly Piece[]): SymbolChange[] {
  const old = new Map(before.map((piece) => [symbolKey(piece), piece]));
  const changes: SymbolChange[] = [];
  const add = (piece: Piece, from: Piece | undefined, to: Piece | undefined) => {
    const sizes = { before: from ? ownBytes(from) : 0, after: to ? ownBytes(to) : 0 };
    if (sizes.before === sizes.after) return;
    const { library, object, symbol, section } = piece;
    changes.push({ library, object, symbol, section, kind: kindOf(sizes), ...sizes });
  };
  for (const piece of after) {
    const key = symbolKey(piece);
    add(piece, old.get(key), piece);
    old.delete(key);
  }
  for (const piece of old.values()) add(piece, piece, undefined);
  return changes.sort(
    (left, right) =>
      Math.abs(right.after - right.before) - Math.abs(left.after - left.before) ||
      (symbolKey(left) < symbolKey(right) ? -1 : 1),
  );
}

export function symbolKey(piece: Pick<Piece, "library" | "object" | "symbol" | "section">): string {
  return JSON.stringify([piece.library, piece.object, piece.symbol, piece.section]);
}

function kindOf({ before, after }: Pick<SymbolChange, "before" | "after">): ChangeKind {
  if (before === 0) return "new";
  if (after === 0) return "gone";
  return after > before ? "grown" : "shrunk";
}

/** Every library whose bytes differ, the largest difference first. */
export function libraryChanges(before: readonly Piece[], after: readonly Piece[]): LibraryChange[] {
  const sizes = (pieces: readonly Piece[], library: string) =>
    sumSizes(pieces.filter((piece) => piece.library === library));
  const names = new Set([...before, ...after].map((piece) => piece.library));
  return [...names]
    .map((library) => ({
      library,
      before: sizes(before, library),
      after: sizes(after, library),
    }))
    .filter(({ before, after }) => difference(before, after) !== 0)
    .sort(
      (left, right) =>
        difference(right.before, right.after) - difference(left.before, left.after) ||
        (left.library < right.library ? -1 : 1),
    );
}

function difference(before: Sizes, after: Sizes): number {
  return (
    Math.abs(after.fileBytes - before.fileBytes) + Math.abs(after.memoryBytes - before.memoryBytes)
  );
}

/** Options with another value, or that only one of the images has; by name. */
export function optionChanges(
  before: readonly OptionRecord[],
  after: readonly OptionRecord[],
): OptionChange[] {
  const old = new Map(before.map((option) => [option.name, option.value]));
  const current = new Map(after.map((option) => [option.name, option.value]));
  return [...new Set([...old.keys(), ...current.keys()])]
    .sort()
    .map((name) => ({ name, before: old.get(name), after: current.get(name) }))
    .filter((change) => change.before !== change.after);
}
