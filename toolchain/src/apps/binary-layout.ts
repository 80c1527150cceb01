// How a program's segments become part of an image: an assembler file that takes them from the
// program's file, and a linker script that puts each at its address and the image behind them.
import {
  type Program,
  type ProgramSegment,
  pageDown,
  pageUp,
  programEnd,
} from "../image/program.ts";

const sectionFlags = { read: "a", execute: "ax", write: "aw" } as const;
/** Of the ELF header. */
const headerFlags = { read: 4, execute: 5, write: 6 } as const;
/** UK_PROT_…, in toolchain/lib/plat. */
const accessBits = { read: 1, execute: 5, write: 3 } as const;
const programHeaderBytes = 56;

/** The assembler file; the program's file is found on the search path by its name. */
export function programSource(program: Program, fileName: string, sha256: string): string {
  const { entry, headers, segments } = program;
  return [
    `/* sha256:${sha256} */`,
    ...segments.flatMap((segment, index) => segmentSections(segment, index, fileName)),
    '\t.section .rodata.uk_program, "a", @progbits',
    "\t.balign 8",
    "\t.globl uk_program, uk_x86_segments",
    "uk_program:",
    `\t.quad ${[entry, headers.address, programHeaderBytes, headers.count].map(hex).join(", ")}`,
    "uk_x86_segments:",
    ...pages(program).map(
      ({ start, end, access }) => `\t.quad ${hex(start)}, ${hex(end)}, ${accessBits[access]}`,
    ),
    "\t.quad 0, 0, 0",
    '\t.section .note.GNU-stack, "", @progbits',
    "",
  ].join("\n");
}

function segmentSections(segment: ProgramSegment, index: number, fileName: string): string[] {
  const { access, offset, fileBytes, memoryBytes } = segment;
  const zeros = memoryBytes - fileBytes;
  return [
    `\t.section .program.${index}, "${sectionFlags[access]}", @progbits`,
    ...(fileBytes > 0 ? [`\t.incbin ${JSON.stringify(fileName)}, ${offset}, ${fileBytes}`] : []),
    ...(zeros > 0 ? [`\t.section .program.${index}.zeros, "aw", @nobits`, `\t.skip ${zeros}`] : []),
  ];
}

/** The pages that the program has, with their access: segments of one access may share a page. */
function pages({ segments }: Program) {
  const ranges: { start: number; end: number; access: ProgramSegment["access"] }[] = [];
  for (const { address, memoryBytes, access } of segments) {
    const range = { start: pageDown(address), end: pageUp(address + memoryBytes), access };
    const last = ranges.at(-1);
    if (last && last.end > range.start) last.end = range.end;
    else ranges.push(range);
  }
  return ranges;
}

/** The platform's linker script with the program in it. Throws when it has another form. */
export function programScript(script: string, program: Program): string {
  const headers = program.segments.map(
    ({ access }, index) => `\tprogram${index} PT_LOAD FLAGS(${headerFlags[access]});\n`,
  );
  const sections = program.segments.map(
    ({ address }, index) =>
      `\t.program.${index} ${hex(address)} : { KEEP(*(.program.${index})) } :program${index}\n` +
      `\t.program.${index}.zeros : { KEEP(*(.program.${index}.zeros)) } :program${index}\n`,
  );
  const insertions = [
    { before: "}\n\nSECTIONS\n", text: headers.join("") },
    { before: "\n\t/DISCARD/", text: `\n${sections.join("")}` },
  ];
  let result = replaceOnce(script, ". = 0x100000;", `. = ${hex(programEnd(program))};`);
  // They would have to be loaded below everything else, and only libc's own start reads them.
  result = replaceOnce(result, " FILEHDR PHDRS", "");
  for (const { before, text } of insertions) {
    result = replaceOnce(result, before, text + before);
  }
  return result;
}

function replaceOnce(text: string, found: string, replacement: string): string {
  const parts = text.split(found);
  if (parts.length === 2) return parts.join(replacement);
  throw new Error(`the platform's linker script has ${JSON.stringify(found)} not exactly once`);
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
