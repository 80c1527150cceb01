import { expect, test } from "vitest";
import { nameAddress, readSymbols } from "./symbols.ts";

/** An ELF file of a symbol table and its names alone. */
function elfWith(symbols: readonly (readonly [string, number, number, number, number?])[]): Buffer {
  const names = Buffer.from(`\0${symbols.map(([name]) => `${name}\0`).join("")}`);
  const table = Buffer.alloc(24 * symbols.length);
  for (const [index, [name, address, length, type, home = 1]] of symbols.entries()) {
    const at = 24 * index;
    table.writeUInt32LE(name === "" ? 0 : names.indexOf(`\0${name}\0`) + 1, at);
    table.writeUInt8(type, at + 4);
    table.writeUInt16LE(home, at + 6);
    table.writeBigUInt64LE(BigInt(address), at + 8);
    table.writeBigUInt64LE(BigInt(length), at + 16);
  }
  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeBigUInt64LE(BigInt(64 + table.length + names.length), 40);
  header.writeUInt16LE(2, 60);
  const section = (type: number, link: number, offset: number, length: number) => {
    const bytes = Buffer.alloc(64);
    bytes.writeUInt32LE(type, 4);
    bytes.writeBigUInt64LE(BigInt(offset), 24);
    bytes.writeBigUInt64LE(BigInt(length), 32);
    bytes.writeUInt32LE(link, 40);
    return bytes;
  };
  return Buffer.concat([
    header,
    table,
    names,
    section(2, 1, 64, table.length),
    section(3, 0, 64 + table.length, names.length),
  ]);
}

const FUNCTION = 2;
const OBJECT = 1;
const symbols = readSymbols(
  elfWith([
    ["main", 0x2000, 0x20, FUNCTION],
    ["start", 0x1000, 0, 0],
    ["table", 0x1800, 8, OBJECT],
    ["missing", 0x1900, 8, FUNCTION, 0],
    ["label", 0x2000, 0, 0],
    ["handle_request", 0x2020, 0x100, FUNCTION],
  ]),
);

test("finds functions and labels, in order", () => {
  expect(symbols.map(({ name }) => name)).toEqual(["start", "main", "label", "handle_request"]);
});

test("names addresses by the function that holds them", () => {
  expect(nameAddress(symbols, 0x2032n)).toBe("handle_request+0x12");
  expect(nameAddress(symbols, 0x2000n)).toBe("main+0x0");
  expect(nameAddress(symbols, 0x1234n)).toBe("start+0x234");
  expect(nameAddress(symbols, 0x211fn)).toBe("handle_request+0xff");
  expect(nameAddress(symbols, 0x2120n)).toBeUndefined();
  expect(nameAddress(symbols, 0xfffn)).toBeUndefined();
});

test("refuses what is not such a file", () => {
  expect(() => readSymbols(Buffer.from("hello"))).toThrow("not a little-endian 64-bit ELF file");
});
