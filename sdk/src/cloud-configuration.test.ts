import { expect, test } from "vitest";
import { encodeConfiguration } from "../../provider/src/guests/configuration.ts";
import { encode } from "./cloud-configuration.ts";

test("what a guest in a cloud is told is what any guest is told", () => {
  const env = { ZONE: "b", GREETING: "Grüße = Hello", EMPTY: "" };
  const args = ["--verbose", "two words"];
  expect(encode(env, args, 1024)).toEqual(encodeConfiguration({ env, args }));
  expect(encode({}, [], 1024)).toEqual(encodeConfiguration({ env: {}, args: [] }));
});

test("what cannot be told is refused", () => {
  expect(() => encode({ "A=B": "" }, [], 1024)).toThrow('"A=B" cannot be the name');
  expect(() => encode({}, ["a\0b"], 1024)).toThrow("must not contain a NUL character");
  expect(() => encode({ A: "x".repeat(100) }, [], 100)).toThrow(
    "env and args have 126 bytes, and an instance's metadata here 100 at most",
  );
});
