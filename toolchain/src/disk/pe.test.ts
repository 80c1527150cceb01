import { expect, test } from "vitest";
import { withSection } from "./pe.ts";

test("refuses what is no program, and one without room in its headers", () => {
  const program = Buffer.alloc(0x400);
  program.writeUInt32LE(0x80, 0x3c);
  expect(() => withSection(program, ".kernel", Buffer.from("x"))).toThrow("not a PE program");
  program.write("PE\0\0", 0x80);
  program.writeUInt16LE(1, 0x86);
  program.writeUInt16LE(0xf0, 0x94);
  program.writeUInt32LE(0x200, 0x98 + 36);
  program.writeUInt32LE(0x1d0, 0x98 + 60);
  expect(() => withSection(program, ".kernel", Buffer.from("x"))).toThrow("no room for a section");
});
