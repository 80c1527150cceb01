import { expect, test } from "vitest";
import { bootableImage } from "../image/elf.ts";
import { linkedFile } from "./linked-file.ts";
import type { Owner } from "./origins.ts";
import { imagePieces } from "./pieces.ts";

const base = 0x100000;
const headersEnd = 64 + 56 * 2;
/** Code in 0xd0…0x110 behind the headers, and data in a second segment with zeroed memory. */
const linked = linkedFile(
  [
    { flags: 5, offset: 0, address: base, fileSize: 0x110, memorySize: 0x110 },
    { flags: 6, offset: 0x118, address: base + 0x1000, fileSize: 8, memorySize: 0x48 },
  ],
  [
    { name: ".text", type: 1, flags: 6, address: base + 0xd0, offset: 0xd0, size: 0x30 },
    { name: ".rodata", type: 1, flags: 0x32, address: base + 0x100, offset: 0x100, size: 0x10 },
    { name: ".data", type: 1, flags: 3, address: base + 0x1000, offset: 0x118, size: 8 },
    { name: ".tbss", type: 8, flags: 0x403, address: base + 0x1008, offset: 0x120, size: 0x20 },
    { name: ".bss", type: 8, flags: 3, address: base + 0x1008, offset: 0x120, size: 0x40 },
  ],
  { 256: "hello\0</script>\0" },
);

function row(address: number, size: number, text: string): string {
  const hex = address.toString(16).padStart(16);
  return `${hex} ${hex} ${size.toString(16).padStart(8)}     1 ${text}\n`;
}
const entry = (address: number, size: number, text: string) =>
  row(address, size, `        ${text}`);
const ownerOf = (file: string): Owner => ({
  origin: "own",
  library: file.startsWith("app/") ? "app" : "a",
  object: file,
});
const symbol = (address: number, size: number, name: string) =>
  row(address, size, `                ${name}`);

const linkMap = [
  row(base + 0xd0, 0x30, ".text"),
  entry(base + 0xd0, 0x18, "lib/a.a(a!code.S.o):(.text)"),
  // A label within a function, another name of it, and labels without sizes.
  symbol(base + 0xd0, 0x8, "first"),
  symbol(base + 0xd0, 0x8, "alias"),
  symbol(base + 0xd4, 0, "inside"),
  symbol(base + 0xdc, 0, "second"),
  symbol(base + 0xe0, 0, "third"),
  entry(base + 0xf0, 0x10, "app/app!main.c.o:(.text.main)"),
  symbol(base + 0xf0, 0x40, "main.llvm.123"),
  row(base + 0x100, 0x10, ".rodata"),
  entry(base + 0x100, 0x10, "<internal>:(.rodata.str1.1)"),
  row(base + 0x1000, 8, ".data"),
  entry(base + 0x1000, 8, "lib/a.a(a!data.c.o):(.data.counter)"),
  row(base + 0x1008, 0x20, ".tbss"),
  entry(base + 0x1008, 0x20, "lib/a.a(a!data.c.o):(.tbss.each)"),
  row(base + 0x1008, 0x40, ".bss"),
  entry(base + 0x1008, 0x20, "lib/a.a(a!data.c.o):(.bss.buffer)"),
  entry(base + 0x1028, 0x10, ". += 16"),
  entry(base + 0x1038, 0x10, ". = ALIGN(4096)"),
].join("");

function pieces(map = linkMap) {
  return imagePieces({
    linked,
    linkMap: map,
    sizeBytes: bootableImage(linked).length,
    ownerOf,
  });
}

const found = () =>
  pieces().map(({ library, symbol, section, contents, fileBytes, memoryBytes }) =>
    [library, symbol, section, contents, fileBytes, memoryBytes].join(" "),
  );

test("gives every byte of file and memory to one piece", () => {
  expect(found().sort()).toEqual(
    [
      "a first .text code 8 8",
      "a (.text) .text code 4 4",
      "a second .text code 4 4",
      "a third .text code 8 8",
      "a buffer .bss zero 0 32",
      "a counter .data data 8 8",
      "app main .text code 16 16",
      `linker ELF headers  overhead ${headersEnd} ${headersEnd}`,
      "linker . += 16 .bss zero 0 16",
      'linker "</script>" .rodata constants 10 10',
      'linker "hello" .rodata constants 6 6',
      "linker . = ALIGN(4096) .bss zero 0 16",
      `linker alignment  overhead ${0xd0 - headersEnd + 8} ${0xd0 - headersEnd + 8}`,
      "linker between segments  overhead 8 0",
    ].sort(),
  );
  const sum = (of: (piece: ReturnType<typeof pieces>[number]) => number) =>
    pieces().reduce((total, piece) => total + of(piece), 0);
  expect(sum((piece) => piece.fileBytes)).toBe(bootableImage(linked).length);
  expect(sum((piece) => piece.memoryBytes)).toBe(0x110 + 0x48);
});

test("what no line of the map names is alignment, and nothing is lost", () => {
  const rest = pieces("");
  expect(rest.map(({ symbol }) => symbol)).toEqual([
    "ELF headers",
    "alignment",
    "between segments",
  ]);
  expect(rest.reduce((total, piece) => total + piece.fileBytes, 0)).toBe(
    bootableImage(linked).length,
  );
});

test("refuses sizes that do not fit", () => {
  const inputs = { linked, linkMap, ownerOf };
  const right = bootableImage(linked).length;
  expect(() => imagePieces({ ...inputs, sizeBytes: right - 1 })).toThrow(
    `the pieces of the file make ${right} bytes, but it has ${right - 1}`,
  );
});
