// Divides an image among libraries, objects and symbols. Every byte of the file and of the memory
// that is loaded belongs to exactly one piece; what nobody put there is padding and says so.
import { loadType, programHeaderSize, readElf, type Segment } from "../image/elf.ts";
import {
  type Label,
  linkerOwner,
  namedRanges,
  paddingOwner,
  type Range,
  type RangeInputs,
} from "./ranges.ts";

export interface Piece extends Label {
  readonly fileBytes: number;
  readonly memoryBytes: number;
}

export interface PieceInputs extends RangeInputs {
  /** Size of the bootable file that is made of the linked one. */
  readonly sizeBytes: number;
}

const headerLabel: Label = {
  ...linkerOwner("headers"),
  symbol: "ELF headers",
  section: "",
  contents: "overhead",
};
const gapLabel = (symbol: string): Label => ({
  ...paddingOwner,
  symbol,
  section: "",
  contents: "overhead",
});

/** Sorted by library, object, symbol and section; equal ones are added up. */
export function imagePieces(inputs: PieceInputs): Piece[] {
  const { linked, sizeBytes } = inputs;
  const elf = readElf(linked);
  const loaded = elf.segments.filter((segment) => segment.type === loadType);
  const named = namedRanges(inputs);
  const headersEnd = elf.programHeaderOffset + elf.segments.length * programHeaderSize;
  const pieces: Piece[] = [];
  for (const segment of loaded) {
    pieces.push(...segmentPieces(segment, named, headersEnd));
  }
  pieces.push(...fileGaps(loaded, headersEnd, sizeBytes));
  const memoryBytes = loaded.reduce((sum, segment) => sum + segment.memorySize, 0);
  checkSum("file", pieces, (piece) => piece.fileBytes, sizeBytes);
  checkSum("memory", pieces, (piece) => piece.memoryBytes, memoryBytes);
  return merged(pieces);
}

function segmentPieces(segment: Segment, named: readonly Range[], headersEnd: number): Piece[] {
  const end = segment.address + segment.memorySize;
  const fileEnd = segment.address + segment.fileSize;
  const pieces: Piece[] = [];
  let at = segment.address;
  const add = (label: Label, to: number) => {
    if (to <= at) return;
    pieces.push(piece(label, Math.max(0, Math.min(to, fileEnd) - at), to - at));
    at = to;
  };
  if (segment.offset < headersEnd) {
    const size = Math.min(headersEnd - segment.offset, segment.fileSize);
    add(headerLabel, at + size);
  }
  for (const range of named) {
    if (range.end <= at || range.start >= end) continue;
    add(gapLabel("alignment"), range.start);
    add(range, Math.min(range.end, end));
  }
  add(gapLabel("alignment"), end);
  return pieces;
}

/** Bytes of the file that no segment loads. */
function fileGaps(loaded: readonly Segment[], headersEnd: number, sizeBytes: number): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  const fillTo = (next: number) => {
    if (next <= at) return;
    const headerBytes = Math.max(0, Math.min(next, headersEnd) - at);
    if (headerBytes > 0) pieces.push(piece(headerLabel, headerBytes, 0));
    const rest = next - at - headerBytes;
    if (rest > 0) pieces.push(piece(gapLabel("between segments"), rest, 0));
    at = next;
  };
  for (const segment of [...loaded].sort((left, right) => left.offset - right.offset)) {
    if (segment.fileSize === 0) continue;
    fillTo(segment.offset);
    at = Math.max(at, segment.offset + segment.fileSize);
  }
  fillTo(sizeBytes);
  return pieces;
}

function piece(label: Label, fileBytes: number, memoryBytes: number): Piece {
  const { origin, library, object, symbol, section, contents } = label;
  return { origin, library, object, symbol, section, contents, fileBytes, memoryBytes };
}

function merged(pieces: readonly Piece[]): Piece[] {
  const byKey = new Map<string, Piece>();
  for (const piece of pieces) {
    const { origin, library, object, symbol, section } = piece;
    const key = JSON.stringify([library, object, symbol, section, origin]);
    const known = byKey.get(key);
    byKey.set(key, {
      ...piece,
      fileBytes: piece.fileBytes + (known?.fileBytes ?? 0),
      memoryBytes: piece.memoryBytes + (known?.memoryBytes ?? 0),
    });
  }
  return [...byKey].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, piece]) => piece);
}

function checkSum(
  what: string,
  pieces: readonly Piece[],
  bytes: (piece: Piece) => number,
  expected: number,
): void {
  const sum = pieces.reduce((total, piece) => total + bytes(piece), 0);
  if (sum === expected) return;
  throw new Error(`the pieces of the ${what} make ${sum} bytes, but it has ${expected}`);
}
