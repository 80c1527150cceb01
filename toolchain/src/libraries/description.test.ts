import { expect, test } from "vitest";
import { readDescription } from "./description.ts";

const minimal = { version: "1", licence: "MIT", description: "text" };

function read(more: object, hasInclude = false) {
  return readDescription(JSON.stringify({ ...minimal, ...more }), "x/library.json", hasInclude);
}

test("what is absent has its default", () => {
  expect(read({}, true)).toEqual({
    ...minimal,
    dependencies: [],
    reexports: [],
    include: ["include"],
    privateInclude: [],
    sources: [],
    flags: [],
    link: "whole",
    generate: [],
    tests: {},
  });
});

test("code of others is linked as needed", () => {
  const source = { files: ["*.c"], sha256: "00", origins: [{ url: "https://a.example/a.zip" }] };
  expect(read({ source }).link).toBe("lazy");
  expect(read({ source }).source?.version).toBe("1");
  expect(read({ source: { library: "musl-headers" } }).sourceLibrary).toBe("musl-headers");
});

test("a package of a registry is an origin", () => {
  const npm = { package: "@scope/name", version: "2.0", directory: "deps" };
  const pypi = { package: "name", version: "3.0" };
  const source = { files: ["*.c"], sha256: "00", origins: [{ npm }, { pypi }] };
  expect(read({ source }).source?.origins).toEqual([{ npm }, { pypi }]);
});

test.each([
  [{ sorces: ["a.c"] }, 'unknown field "sorces"'],
  [{ sources: "a.c" }, "sources must be an array"],
  [{ sources: [{ files: ["a.c"], wen: "A" }] }, 'sources[0]: unknown field "wen"'],
  [{ link: "late" }, 'link must be "whole" or "lazy", not "late"'],
  [{ reexports: ["mem"] }, "reexports: mem is not among the dependencies"],
  [{ source: { files: [], sha256: "0", origins: [{}] } }, "source.origins[0]: url is missing"],
  [
    { source: { files: [], sha256: "0", origins: [{ npm: { package: "a" } }] } },
    "source.origins[0].npm: version is missing",
  ],
  [{ version: 3 }, "version must be a string"],
])("refuses %j", (more, message) => {
  expect(() => read(more)).toThrow(message);
});

test("refuses what is not JSON", () => {
  expect(() => readDescription("{", "x/library.json", false)).toThrow("x/library.json: not JSON");
});
