// What an image was built for, by the notes in it.
import type { Platform } from "../types.ts";
import { readElf, type Segment } from "./elf.ts";

const noteSegment = 4;
/** Of the notes called "Xen": where PVH enters, which all virtual machines look for, and which
 * system this is, which only images for Xen itself say. */
const pvhEntry = 18;
const xenGuest = 6;

/** Undefined when it is not an image of ours. */
export function imagePlatform(image: Buffer): Platform | undefined {
  try {
    const found = readElf(image)
      .segments.filter(({ type }) => type === noteSegment)
      .flatMap((segment) => [...notes(image, segment)]);
    const has = (name: string, type?: number) =>
      found.some((note) => note.name === name && (type === undefined || note.type === type));
    if (has("Xen", xenGuest)) return "xen";
    if (has("Xen", pvhEntry)) return "kvm";
    return has("Unikernel") ? "linux" : undefined;
  } catch {
    // Cut off or not an ELF file.
    return undefined;
  }
}

/** Each has the lengths of its name and its value, its type, and both, padded to four bytes. */
function* notes(image: Buffer, { offset, fileSize }: Segment): Generator<Note> {
  const padded = (length: number) => (length + 3) & ~3;
  for (let at = offset; at < offset + fileSize; ) {
    const nameLength = image.readUInt32LE(at);
    const start = at + 12;
    const name = image.toString("latin1", start, start + nameLength - 1);
    yield { name, type: image.readUInt32LE(at + 8) };
    at = start + padded(nameLength) + padded(image.readUInt32LE(at + 4));
  }
}

interface Note {
  readonly name: string;
  readonly type: number;
}
