import { expect, it } from "vitest";
import { suggestion } from "./suggestion.ts";

it("names what was meant, or what there is when nothing is near", () => {
  const known = ["libraries", "options", "optimize"];
  expect(suggestion("librarys", known)).toBe('; did you mean "libraries"?');
  expect(suggestion("Optimise", known)).toBe('; did you mean "optimize"?');
  expect(suggestion("memory", known)).toBe("; known are libraries, optimize, options");
  expect(suggestion("memory", [])).toBe("");
});
