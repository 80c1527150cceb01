import fc from "fast-check";
import { expect, test } from "vitest";
import { printable, shortened } from "./printable.ts";

test("ordinary text, in whatever script, stays as it is", () => {
  const text = "naïve\tΩ 日本語 🙂 <&>";
  expect(printable(text)).toBe(text);
});

test.each([
  ["\x1b[2J", "\\x1b[2J"],
  ["a\nb\r", "a\\x0ab\\x0d"],
  ["\u009b31m", "\\x9b31m"],
  ["\u202eevil", "\\u{202e}evil"],
  ["a\u2028b", "a\\u{2028}b"],
  ["\ud800", "\\u{d800}"],
])("%j is shown as %j", (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("whatever comes in, nothing that steers comes out", () => {
  const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(printable(text).replaceAll("\t", "")).not.toMatch(steering);
    }),
  );
});

test("long text is cut, and it is said by how much", () => {
  expect(shortened("abcdef", 4)).toBe("abcd … (2 more characters)");
  expect(shortened("abcd", 4)).toBe("abcd");
});
