import { expect, test } from "vitest";
import { outdatedPackages } from "./npm.ts";

const wanted = {
  "": {},
  toolchain: { version: "0.1.0" },
  "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
  "node_modules/b-darwin": { version: "1.0.0", integrity: "sha512-b", optional: true },
  "node_modules/@ours/toolchain": { link: true },
};

test("nothing is outdated when everything but other machines' packages is there", () => {
  const installed = {
    "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
    "node_modules/@ours/toolchain": { link: true },
  };
  expect(outdatedPackages(wanted, installed)).toEqual([]);
});

test("names what is missing or has another version or content", () => {
  expect(outdatedPackages(wanted, {})).toEqual(["node_modules/a", "node_modules/@ours/toolchain"]);
  const installed = {
    "node_modules/a": { version: "1.0.0", integrity: "sha512-other" },
    "node_modules/@ours/toolchain": { link: true },
    "node_modules/b-darwin": { version: "0.9.0", integrity: "sha512-b" },
  };
  expect(outdatedPackages(wanted, installed)).toEqual(["node_modules/a", "node_modules/b-darwin"]);
});
