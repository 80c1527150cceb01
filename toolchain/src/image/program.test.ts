import { expect, test } from "vitest";
import { programEnd, readProgram } from "./program.ts";

interface Part {
  readonly type?: number;
  readonly flags: number;
  readonly address: number;
  readonly offset?: number;
  readonly fileBytes: number;
  readonly memoryBytes?: number;
}

const READ = 4;
const EXECUTE = 5;
const WRITE = 6;

const text: Part = { flags: EXECUTE, address: 0x400000, fileBytes: 0x200 };
const data: Part = { flags: WRITE, address: 0x401000, fileBytes: 0x10, memoryBytes: 0x3000 };

function elf(parts: readonly Part[], { type = 2, machine = 62, entry = 0x400080 } = {}): Buffer {
  const bytes = Buffer.alloc(0x400);
  bytes.write("\x7fELF\x02\x01\x01", 0, "latin1");
  bytes.writeUInt16LE(type, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeBigUInt64LE(BigInt(entry), 24);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(parts.length, 56);
  parts.forEach((part, index) => {
    const at = 64 + index * 56;
    bytes.writeUInt32LE(part.type ?? 1, at);
    bytes.writeUInt32LE(part.flags, at + 4);
    bytes.writeBigUInt64LE(BigInt(part.offset ?? 0), at + 8);
    bytes.writeBigUInt64LE(BigInt(part.address), at + 16);
    bytes.writeBigUInt64LE(BigInt(part.fileBytes), at + 32);
    bytes.writeBigUInt64LE(BigInt(part.memoryBytes ?? part.fileBytes), at + 40);
  });
  return bytes;
}

test("a program at addresses of its own", () => {
  const program = readProgram(elf([data, text]));
  expect(program).toEqual({
    entry: 0x400080,
    segments: [
      { address: 0x400000, memoryBytes: 0x200, offset: 0, fileBytes: 0x200, access: "execute" },
      { address: 0x401000, memoryBytes: 0x3000, offset: 0, fileBytes: 0x10, access: "write" },
    ],
    headers: { address: 0x400040, count: 2 },
  });
  expect(programEnd(program)).toBe(0x404000);
});

test("one that may be anywhere is given a place", () => {
  const parts = [text, data].map((part) => ({ ...part, address: part.address - 0x400000 }));
  const program = readProgram(elf(parts, { type: 3, entry: 0x80 }));
  expect(program.entry).toBe(0x400080);
  expect(program.segments.map(({ address }) => address)).toEqual([0x400000, 0x401000]);
});

test("a dynamic program is refused with its interpreter", () => {
  const name = "/lib64/ld-linux-x86-64.so.2\0";
  const bytes = elf([
    { type: 3, flags: READ, address: 0x400300, offset: 0x300, fileBytes: name.length },
    text,
  ]);
  bytes.write(name, 0x300);
  expect(() => readProgram(bytes)).toThrow(
    "is dynamically linked: it asks for the interpreter /lib64/ld-linux-x86-64.so.2. Link it statically",
  );
});

test.each([
  ["a script", Buffer.from("#!/bin/sh\nexit\n"), "is a script"],
  ["nothing", Buffer.alloc(0), "is no ELF file"],
  ["text", Buffer.from("hello ".repeat(20)), "is no ELF file"],
  ["arm64", elf([text], { machine: 183 }), "is for aarch64 (arm64); it has to be for x86_64"],
  ["an object file", elf([text], { type: 1 }), "is an object file"],
  ["a shared library", elf([text], { type: 3, entry: 0 }), "has no entry point"],
  ["no segments", elf([]), "has nothing to load"],
  ["a file cut off", elf([{ ...text, fileBytes: 0x500 }]), "is cut off"],
  ["headers cut off", elf([text, data, text, data]).subarray(0, 100), "is cut off"],
  ["writable code", elf([{ ...text, flags: 7 }]), "both writable and executable (at 0x400000)"],
  ["a low place", elf([{ ...text, address: 0x10000 }]), "wants to be at 0x10000 to 0x10200"],
  ["a high place", elf([{ ...text, address: 0x3ffffff0 }]), "wants to be at 0x3ffffff0"],
  ["an overlap", elf([text, { ...data, address: 0x400100 }]), "segments that overlap"],
  [
    "a page of two kinds",
    elf([text, { ...data, address: 0x400800 }]),
    "execute and write memory on one page (at 0x400800)",
  ],
  ["headers that are not loaded", elf([{ ...text, offset: 0x200 }]), "does not load its program"],
])("refuses %s", (_, bytes, message) => {
  expect(() => readProgram(bytes)).toThrow(message);
});

test("32-bit programs are named", () => {
  const bytes = elf([text], { machine: 3 });
  bytes[4] = 1;
  expect(() => readProgram(bytes)).toThrow("is for i386 (32-bit x86)");
});
