import { expect, test } from "vitest";
import { crc32c, crc32cText } from "./crc32c.ts";

// The examples of RFC 3720, appendix B.4, and the usual check value.
test("is the one that is specified", () => {
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  expect(crc32c(Buffer.alloc(0))).toBe(0);
});

test("is written as Cloud Storage does", () => {
  expect(crc32cText(Buffer.from("123456789"))).toBe("4waSgw==");
});
