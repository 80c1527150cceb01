import { expect, test } from "vitest";
import { bootableImage, entrySymbol, readElf } from "./elf.ts";

/** A linked file with one segment, and behind it a symbol table that is not loaded. */
function linkedFile(code = "code", comment = "debug information"): Buffer {
  const segmentOffset = 128;
  const strings = Buffer.from("\0start\0other\0");
  const table = Buffer.alloc(24 * 3);
  table.writeUInt32LE(7, 24);
  table.writeBigUInt64LE(0x100000n, 24 + 8);
  table.writeUInt32LE(1, 48);
  table.writeBigUInt64LE(0x100010n, 48 + 8);
  const tableOffset = segmentOffset + code.length + comment.length;
  const sectionOffset = tableOffset + table.length + strings.length;
  const header = Buffer.alloc(segmentOffset);
  header.writeUInt32BE(0x7f454c46, 0);
  header[4] = 2;
  header[5] = 1;
  header.writeBigUInt64LE(0x100010n, 24);
  header.writeBigUInt64LE(64n, 32);
  header.writeBigUInt64LE(BigInt(sectionOffset), 40);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(2, 60);
  header.writeUInt16LE(1, 62);
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(5, 68);
  header.writeBigUInt64LE(BigInt(segmentOffset), 72);
  header.writeBigUInt64LE(0x100000n, 80);
  header.writeBigUInt64LE(0x100000n, 88);
  header.writeBigUInt64LE(BigInt(code.length), 96);
  header.writeBigUInt64LE(64n, 104);
  header.writeBigUInt64LE(16n, 112);
  const sections = Buffer.alloc(128);
  sections.writeUInt32LE(2, 4);
  sections.writeBigUInt64LE(BigInt(tableOffset), 24);
  sections.writeBigUInt64LE(BigInt(table.length), 32);
  sections.writeUInt32LE(1, 40);
  sections.writeUInt32LE(3, 64 + 4);
  sections.writeBigUInt64LE(BigInt(tableOffset + table.length), 64 + 24);
  sections.writeBigUInt64LE(BigInt(strings.length), 64 + 32);
  return Buffer.concat([header, Buffer.from(code + comment), table, strings, sections]);
}

test("keeps headers and segments, and drops everything behind them", () => {
  const image = bootableImage(linkedFile());
  expect(image.length).toBe(132);
  expect(image.toString("latin1", 128)).toBe("code");
  expect(readElf(image)).toEqual(readElf(linkedFile()));
  expect(image.readUInt16LE(60)).toBe(0);
  expect(image.readBigUInt64LE(40)).toBe(0n);
});

test("does not depend on what is not loaded", () => {
  expect(bootableImage(linkedFile("code", "other"))).toEqual(bootableImage(linkedFile()));
  expect(bootableImage(linkedFile("mode"))).not.toEqual(bootableImage(linkedFile()));
});

test("finds the symbol at the entry point", () => {
  expect(entrySymbol(linkedFile())).toBe("start");
});

test.each([
  [Buffer.from("#!/bin/sh\n".repeat(10)), "not an ELF file"],
  [Buffer.alloc(3), "not an ELF file"],
])("refuses what is not an executable", (bytes, message) => {
  expect(() => bootableImage(bytes)).toThrow(message);
});

test("refuses a file with nothing to load", () => {
  const linked = linkedFile();
  linked.writeUInt32LE(4, 64);
  expect(() => bootableImage(linked)).toThrow("nothing to load");
});
