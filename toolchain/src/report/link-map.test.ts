import { expect, test } from "vitest";
import { parseLinkMap } from "./link-map.ts";

const map = `             VMA              LMA     Size Align Out     In      Symbol
               0                0   100000     1 . = 0x100000
          100000           100000       20    16 .text
          100000           100000       1c     4         lib/musl.a(musl!start.c.o):(.text.main)
          100000           100000       10     1                 main
          100010           100010        0     1                 operator new(unsigned long)
          10001c           10001c        4     1         . = ALIGN(4096)
               0                0       40     1 .debug_info
               0                0       40     1         app/a.o:(.debug_info)
`;

test("tells sections of objects, their symbols and room of the linker script apart", () => {
  expect(parseLinkMap(map)).toEqual([
    {
      file: undefined,
      section: ". = 0x100000",
      output: "",
      address: 0,
      size: 0x100000,
      symbols: [],
    },
    {
      file: "lib/musl.a(musl!start.c.o)",
      section: ".text.main",
      output: ".text",
      address: 0x100000,
      size: 0x1c,
      symbols: [
        { name: "main", address: 0x100000, size: 0x10 },
        { name: "operator new(unsigned long)", address: 0x100010, size: 0 },
      ],
    },
    {
      file: undefined,
      section: ". = ALIGN(4096)",
      output: ".text",
      address: 0x10001c,
      size: 4,
      symbols: [],
    },
    {
      file: "app/a.o",
      section: ".debug_info",
      output: ".debug_info",
      address: 0,
      size: 0x40,
      symbols: [],
    },
  ]);
});
