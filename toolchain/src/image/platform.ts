// What an image was built for, by the notes in it.
import type { Platform } from "../types.ts";
import { readElf } from "./elf.ts";

const noteType = 4;
const platforms: Readonly<Record<string, Platform>> = { Xen: "kvm", Unikernel: "linux" };

/** Undefined when it is not an image of ours. */
export function imagePlatform(image: Buffer): Platform | undefined {
  try {
    for (const segment of readElf(image).segments) {
      if (segment.type !== noteType) continue;
      const nameLength = image.readUInt32LE(segment.offset);
      const start = segment.offset + 12;
      const name = image.toString("latin1", start, start + nameLength - 1);
      if (platforms[name] !== undefined) return platforms[name];
    }
  } catch {
    // Cut off or not an ELF file.
  }
  return undefined;
}
