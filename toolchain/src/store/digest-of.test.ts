import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../../tests/conformance/temporary.ts";
import { openStore } from "./store.ts";

const store = openStore(temporaryDirectory());
const [one, other] = [`ab${"0".repeat(62)}`, `ab${"1".repeat(62)}`];
for (const name of [one, other])
  mkdirSync(join(store.directory, "images", name), { recursive: true });

test("the first digits of a digest stand for an image where they name only one", () => {
  expect(store.digestOf("sha256:ab0000")).toBe(`sha256:${one}`);
});

test("digits that several images begin with list these", () => {
  expect(() => store.digestOf("sha256:ab")).toThrow(
    new Error(`sha256:ab: 2 images begin like that:\n  sha256:${one}\n  sha256:${other}`),
  );
});

test("digits that no image begins with say how to get one", () => {
  expect(() => store.digestOf("sha256:cd")).toThrow("sha256:cd: the store has no image");
});
