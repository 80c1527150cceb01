import { expect, test } from "vitest";
import { BytesReader } from "./bytes-reader.ts";
import { placeOf } from "./lines.ts";

const rows = [
  { address: 0x1000, file: "main.c", line: 3 },
  { address: 0x1008, file: "lib/a.c", line: 40 },
  { address: 0x1010, file: "", line: 0 },
  { address: 0x2000, file: "b.c", line: 0 },
];

test.each([
  [0xfffn, undefined],
  [0x1000n, "main.c:3"],
  [0x1007n, "main.c:3"],
  [0x1008n, "lib/a.c:40"],
  [0x1010n, undefined],
  [0x2004n, undefined],
])("of %s the place is %s", (address, place) => {
  expect(placeOf(rows, address)).toBe(place);
});

test.each([
  [[0x02], 2],
  [[0x7f], -1],
  [[0x80, 0x7f], -128],
  [[0xff, 0x00], 127],
  [[0x81, 0x7f], -127],
])("%j is the signed number %i", (bytes, value) => {
  expect(new BytesReader(Buffer.from(bytes)).signedVariable()).toBe(value);
});

test("an unsigned number of several bytes, then a text", () => {
  const reader = new BytesReader(Buffer.from([0xe5, 0x8e, 0x26, 0x61, 0x62, 0]));
  expect(reader.variable()).toBe(624_485);
  expect(reader.text()).toBe("ab");
});
