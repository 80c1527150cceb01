import { expect, test } from "vitest";
import { imageLayout, writableCode } from "./layout.ts";
import { linkedFile } from "./linked-file.ts";

function image(flags: number) {
  return linkedFile(
    [
      { flags, offset: 0x100, address: 0x2000, fileSize: 16, memorySize: 64 },
      { flags: 4, offset: 0, address: 0x1000, fileSize: 0x100, memorySize: 0x100 },
    ],
    [
      { name: ".data", type: 1, flags: 3, address: 0x2000, offset: 0x100, size: 16 },
      { name: ".bss", type: 8, flags: 3, address: 0x2010, offset: 0x110, size: 48 },
      { name: ".comment", type: 1, flags: 0, address: 0, offset: 0x110, size: 8 },
    ],
  );
}

test("lists segments by address with their sections and permissions", () => {
  const [first, second, ...rest] = imageLayout(image(6));
  expect(rest).toEqual([]);
  expect(first).toMatchObject({
    address: 0x1000,
    read: true,
    write: false,
    execute: false,
    sections: [],
  });
  expect(second).toMatchObject({ read: true, write: true, execute: false });
  expect(second?.sections).toEqual([
    { name: ".data", address: 0x2000, fileBytes: 16, memoryBytes: 16 },
    { name: ".bss", address: 0x2010, fileBytes: 0, memoryBytes: 48 },
  ]);
});

test("finds memory that is writable and executable", () => {
  expect(writableCode(imageLayout(image(6)))).toEqual([]);
  expect(writableCode(imageLayout(image(7)))).toHaveLength(1);
});
