// Reads a program for Linux: what of it is loaded where, and why it cannot be run if it cannot.
import { loadType, readElf, type Segment } from "./elf.ts";

const pageBytes = 4096;
const fixedType = 2;
const movableType = 3;
const x86_64 = 62;
const interpreterType = 3;
const executable = 1;
const writable = 2;

/** Where a program that may be anywhere (static-PIE) is put. */
const movableBase = 0x400000;
/** The first page after the image's own place in other images. */
const lowestAddress = 0x100000;
/** The first instructions of an image see the first GiB of memory. */
const highestAddress = 0x40000000;

export interface ProgramSegment {
  /** In memory. */
  readonly address: number;
  readonly memoryBytes: number;
  /** In the file. */
  readonly offset: number;
  readonly fileBytes: number;
  readonly access: "read" | "execute" | "write";
}

export interface Program {
  readonly entry: number;
  /** Ascending; no two of different access share a page. */
  readonly segments: readonly ProgramSegment[];
  /** Where the program headers are in memory. */
  readonly headers: { readonly address: number; readonly count: number };
}

/** The program in a file; throws an Error that says what is in the way. */
export function readProgram(bytes: Buffer): Program {
  if (bytes.subarray(0, 2).toString("latin1") === "#!") {
    throw new Error("is a script, not a program: give the program that would run it");
  }
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46) throw new Error("is no ELF file");
  if (bytes[4] !== 2 || bytes[5] !== 1 || bytes.readUInt16LE(18) !== x86_64) {
    throw new Error(`is for ${machineName(bytes)}; it has to be for x86_64 (amd64)`);
  }
  const type = bytes.readUInt16LE(16);
  if (type !== fixedType && type !== movableType) {
    throw new Error("is an object file or a core dump; link it to a static executable");
  }
  const elf = whole(bytes);
  const interpreter = elf.segments.find((segment) => segment.type === interpreterType);
  if (interpreter) {
    const end = interpreter.offset + interpreter.fileSize;
    const name = bytes.toString("latin1", interpreter.offset, end).replace(/\0.*$/s, "");
    throw new Error(
      `is dynamically linked: it asks for the interpreter ${name}. Link it statically (Go: CGO_ENABLED=0; Rust: --target x86_64-unknown-linux-musl; C: -static)`,
    );
  }
  const base = type === movableType ? movableBase : 0;
  const loaded = elf.segments.filter(({ type, memorySize }) => type === loadType && memorySize > 0);
  if (loaded.length === 0) throw new Error("has nothing to load: is it a shared library?");
  if (elf.entry === 0) throw new Error("has no entry point: is it a shared library?");
  const segments = loaded
    .map((segment) => placed(segment, base))
    .sort((left, right) => left.address - right.address);
  refuseUnplaceable(segments);
  return {
    entry: elf.entry + base,
    segments,
    headers: { address: headersAddress(bytes, segments), count: elf.segments.length },
  };
}

/** The first address behind the program, on a page of its own. */
export function programEnd({ segments }: Program): number {
  const last = segments[segments.length - 1] as ProgramSegment;
  return pageUp(last.address + last.memoryBytes);
}

export function pageUp(address: number): number {
  return Math.ceil(address / pageBytes) * pageBytes;
}

export function pageDown(address: number): number {
  return Math.floor(address / pageBytes) * pageBytes;
}

function whole(bytes: Buffer) {
  try {
    const elf = readElf(bytes);
    const isWhole = elf.segments.every(({ offset, fileSize }) => offset + fileSize <= bytes.length);
    if (isWhole) return elf;
  } catch {
    // Its table of segments is cut off.
  }
  throw new Error("is cut off: it is shorter than its headers say");
}

function machineName(bytes: Buffer): string {
  const names: Readonly<Record<number, string>> = {
    3: "i386 (32-bit x86)",
    40: "arm (32 bits)",
    183: "aarch64 (arm64)",
    243: "riscv",
  };
  const bigEndian = bytes[5] === 2;
  const machine = bigEndian ? bytes.readUInt16BE(18) : bytes.readUInt16LE(18);
  if (machine === x86_64) return "x86_64 with 32-bit addresses (x32)";
  return names[machine] ?? `another processor (ELF machine ${machine})`;
}

function placed(segment: Segment, base: number): ProgramSegment {
  const isExecutable = (segment.flags & executable) !== 0;
  const isWritable = (segment.flags & writable) !== 0;
  if (isExecutable && isWritable) {
    throw new Error(
      `has memory that is both writable and executable (at ${hex(segment.address)}), which no guest gives; link it without -N or -z execstack`,
    );
  }
  return {
    address: segment.address + base,
    memoryBytes: segment.memorySize,
    offset: segment.offset,
    fileBytes: segment.fileSize,
    access: isExecutable ? "execute" : isWritable ? "write" : "read",
  };
}

function refuseUnplaceable(segments: readonly ProgramSegment[]): void {
  let previous: ProgramSegment | undefined;
  for (const segment of segments) {
    const end = segment.address + segment.memoryBytes;
    if (segment.address < lowestAddress || end > highestAddress) {
      throw new Error(
        `wants to be at ${hex(segment.address)} to ${hex(end)}; a guest has room from ${hex(lowestAddress)} to ${hex(highestAddress)}: link it there, or as static-PIE`,
      );
    }
    if (previous) {
      const previousEnd = previous.address + previous.memoryBytes;
      if (segment.address < previousEnd) throw new Error("has segments that overlap");
      if (pageDown(segment.address) < pageUp(previousEnd) && segment.access !== previous.access) {
        throw new Error(
          `has ${previous.access} and ${segment.access} memory on one page (at ${hex(segment.address)}); link it with -z separate-code`,
        );
      }
    }
    previous = segment;
  }
}

function headersAddress(bytes: Buffer, segments: readonly ProgramSegment[]): number {
  const offset = Number(bytes.readBigUInt64LE(32));
  const holder = segments.find(
    (segment) => offset >= segment.offset && offset < segment.offset + segment.fileBytes,
  );
  if (holder) return holder.address + offset - holder.offset;
  throw new Error("does not load its program headers, where its runtime looks for them");
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
