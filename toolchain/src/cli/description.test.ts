import { describe, expect, it } from "vitest";
import { type Description, formatDescription, parseDescription } from "./description.ts";

const description = (more: Partial<Description>): Description => ({
  libraries: [],
  options: {},
  ...more,
});

describe("parseDescription", () => {
  it("knows all fields, each of which may be absent", () => {
    expect(parseDescription(undefined)).toEqual({ libraries: [], options: {} });
    const text =
      '{"libraries": ["a"], "options": {"A": 1, "B": true, "C": "x"}, "optimize": "size", "platform": "linux"}';
    expect(parseDescription(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ["{", /^unikernel\.json: not JSON: /],
    ["[]", /^unikernel\.json: must be an object$/],
    ['{"librarys": []}', /unknown field "librarys"/],
    ['{"libraries": "lwip"}', /libraries must be an array/],
    ['{"options": {"A": null}}', /options\.A must be true, false, a number or text/],
  ])("refuses %s", (text, message) => {
    expect(() => parseDescription(text)).toThrow(message);
  });
});

describe("formatDescription", () => {
  it("makes a file of what there is to say", () => {
    expect(formatDescription(undefined, description({}))).toBe('{\n  "libraries": []\n}\n');
    const full = description({
      libraries: ["lwip", "httpd"],
      options: { A: 1 },
      platform: "linux",
    });
    expect(formatDescription(undefined, full)).toBe(`{
  "libraries": ["lwip", "httpd"],
  "options": {
    "A": 1
  },
  "platform": "linux"
}
`);
  });

  it("keeps the order of fields and the indentation, and fields that become empty", () => {
    const old = '{\n\t"optimize": "size",\n\t"options": {"A": 1},\n\t"libraries": ["b"]\n}';
    expect(formatDescription(old, description({ libraries: ["b", "a"] }))).toBe(
      '{\n\t"options": {},\n\t"libraries": ["b", "a"]\n}',
    );
    expect(formatDescription('{"optimize": "size"}\n', description({ optimize: "size" }))).toBe(
      '{\n  "optimize": "size"\n}\n',
    );
  });

  it("breaks a list that is longer than a line", () => {
    const libraries = Array.from({ length: 12 }, (_, i) => `library-${i}`);
    const lines = formatDescription(undefined, description({ libraries })).split("\n");
    expect(lines.slice(1, 3)).toEqual(['  "libraries": [', '    "library-0",']);
    expect(lines).toHaveLength(17);
    expect(parseDescription(lines.join("\n")).libraries).toEqual(libraries);
  });
});
