import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundledLibrariesDirectory } from "../home.ts";
import type { Program } from "../image/program.ts";
import { programScript, programSource } from "./binary-layout.ts";

const program: Program = {
  entry: 0x400080,
  segments: [
    { address: 0x400000, memoryBytes: 0x200, offset: 0, fileBytes: 0x200, access: "execute" },
    { address: 0x401000, memoryBytes: 0x20, offset: 0x200, fileBytes: 0x20, access: "read" },
    { address: 0x401800, memoryBytes: 0x100, offset: 0x220, fileBytes: 0x100, access: "read" },
    { address: 0x402000, memoryBytes: 0x3010, offset: 0x320, fileBytes: 0x10, access: "write" },
  ],
  headers: { address: 0x400040, count: 4 },
};

test("takes each segment from the file, and zeros from nowhere", () => {
  const lines = programSource(program, 'a "server"', "abc").split("\n");
  expect(lines[0]).toBe("/* sha256:abc */");
  expect(lines.slice(1, 3)).toEqual([
    '\t.section .program.0, "ax", @progbits',
    '\t.incbin "a \\"server\\"", 0, 512',
  ]);
  const last = lines.indexOf('\t.section .program.3, "aw", @progbits');
  expect(lines.slice(last + 1, last + 4)).toEqual([
    '\t.incbin "a \\"server\\"", 800, 16',
    '\t.section .program.3.zeros, "aw", @nobits',
    "\t.skip 12288",
  ]);
});

test("tells the kernel whole pages, those of one access together", () => {
  const text = programSource(program, "server", "abc");
  expect(text.slice(text.indexOf("uk_program:"))).toContain(
    [
      "uk_program:",
      "\t.quad 0x400080, 0x400040, 0x38, 0x4",
      "uk_x86_segments:",
      "\t.quad 0x400000, 0x401000, 5",
      "\t.quad 0x401000, 0x402000, 1",
      "\t.quad 0x402000, 0x406000, 3",
      "\t.quad 0, 0, 0",
    ].join("\n"),
  );
});

test("puts the image behind the program", () => {
  const script = readFileSync(join(bundledLibrariesDirectory, "x86", "image.ld"), "utf8");
  const changed = programScript(script, program);
  expect(changed).toContain("\t. = 0x406000;\n\t__image_start = .;");
  expect(changed).toContain("\tprogram0 PT_LOAD FLAGS(5);\n\tprogram1 PT_LOAD FLAGS(4);\n");
  expect(changed).toContain("\t.program.3 0x402000 : { KEEP(*(.program.3)) } :program3\n");
  expect(changed.replace(/.*program.*\n/g, "").length).toBeLessThan(script.length + 10);
});

test("refuses a script of another form", () => {
  expect(() => programScript("SECTIONS { }", program)).toThrow(
    'the platform\'s linker script has ". = 0x100000;" not exactly once',
  );
});
