import { expect, test } from "vitest";
import { imagePlatform } from "./platform.ts";

/** An image that has nothing but notes. */
function image(notes: readonly { name: string; type: number; value: Buffer }[]): Buffer {
  const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
  const content = Buffer.concat(
    notes.map(({ name, type, value }) => {
      const nameBytes = Buffer.from(`${name}\0`);
      const header = Buffer.alloc(12);
      header.writeUInt32LE(nameBytes.length, 0);
      header.writeUInt32LE(value.length, 4);
      header.writeUInt32LE(type, 8);
      return Buffer.concat([header, padded(nameBytes), padded(value)]);
    }),
  );
  const headers = Buffer.alloc(64 + 56);
  headers.write("\x7fELF\x02\x01", 0, "latin1");
  headers.writeBigUInt64LE(64n, 32);
  headers.writeUInt16LE(1, 56);
  headers.writeUInt32LE(4, 64);
  headers.writeBigUInt64LE(120n, 64 + 8);
  headers.writeBigUInt64LE(BigInt(content.length), 64 + 32);
  return Buffer.concat([headers, content]);
}

const entry = { name: "Xen", type: 18, value: Buffer.alloc(8) };
const guestSystem = { name: "Xen", type: 6, value: Buffer.from("unikernel\0") };
const tender = { name: "Unikernel", type: 1, value: Buffer.alloc(8) };

test.each([
  ["kvm", [entry]],
  ["xen", [entry, guestSystem]],
  ["xen", [guestSystem, entry]],
  ["linux", [tender]],
  [undefined, [{ name: "GNU", type: 18, value: Buffer.alloc(4) }]],
  [undefined, []],
])("%s, by the notes", (platform, notes) => {
  expect(imagePlatform(image(notes))).toBe(platform);
});

test("what was cut off is no image", () => {
  expect(imagePlatform(image([entry]).subarray(0, 130))).toBeUndefined();
  expect(imagePlatform(Buffer.from("#!/bin/sh\n"))).toBeUndefined();
});
