// The segments of an image with their sections and permissions: what a guest may read, write and
// execute.
import {
  loadType,
  noBitsType,
  readElf,
  type Section,
  type Segment,
  sectionFlags,
  sections,
} from "../image/elf.ts";

export interface SectionRow {
  readonly name: string;
  readonly address: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
}

export interface SegmentRow {
  readonly address: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
  readonly sections: readonly SectionRow[];
}

const readable = 4;
const writable = 2;
const executable = 1;

/** What is loaded, by address. */
export function imageLayout(linked: Buffer): SegmentRow[] {
  const allocated = sections(linked).filter(isListed);
  return readElf(linked)
    .segments.filter((segment) => segment.type === loadType)
    .sort((left, right) => left.address - right.address)
    .map((segment) => ({
      address: segment.address,
      fileBytes: segment.fileSize,
      memoryBytes: segment.memorySize,
      read: (segment.flags & readable) !== 0,
      write: (segment.flags & writable) !== 0,
      execute: (segment.flags & executable) !== 0,
      sections: allocated.filter((section) => isWithin(section, segment)).map(sectionRow),
    }));
}

/** Segments that hold what could be written and then executed: there should be none. */
export function writableCode(segments: readonly SegmentRow[]): SegmentRow[] {
  return segments.filter((segment) => segment.write && segment.execute);
}

/** Memory that is not thread-local: the zeroed part of that exists once per thread. */
function isListed({ flags, type, size }: Section): boolean {
  const zeroPerThread = type === noBitsType && (flags & sectionFlags.threadLocal) !== 0;
  return (flags & sectionFlags.allocated) !== 0 && size > 0 && !zeroPerThread;
}

function isWithin(section: Section, segment: Segment): boolean {
  return (
    section.address >= segment.address &&
    section.address + section.size <= segment.address + segment.memorySize
  );
}

function sectionRow({ name, address, size, type }: Section): SectionRow {
  return { name, address, fileBytes: type === noBitsType ? 0 : size, memoryBytes: size };
}
