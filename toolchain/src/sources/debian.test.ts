import { expect, test } from "vitest";
import { mirrors } from "./debian.ts";

test("finds the mirror in the one-line format", () => {
  const text =
    "# deb http://old.example/debian stable main\ndeb [arch=amd64] http://m.example/debian bookworm main\n";
  expect(mirrors(text)).toEqual(["http://m.example/debian"]);
});

test("finds the mirror in the deb822 format and leaves security archives out", () => {
  const text =
    "Types: deb\nURIs: https://m.example/debian/\nSuites: bookworm\n\n" +
    "Types: deb\nURIs: https://m.example/debian-security\nSuites: bookworm-security\n";
  expect(mirrors(text)).toEqual(["https://m.example/debian/"]);
});
