import { expect, test } from "vitest";
import { definitionIndex } from "./definition-index.ts";

const index = definitionIndex(
  [
    {
      name: "a/plain.c",
      text: '#include <later.h>\nint plain(int depth) { return called("quoted"); }\n',
    },
    { name: "a/outer.c", text: '#define WIDE\n  # include "inner.c"\n' },
    { name: "a/inner.c", text: '/* int told; */\nint inner; // int aside;\nchar x[] = "text";\n' },
    { name: "a/macro.c", text: "NAMED(early)\nint renamed(void) { return 0; }\n" },
    { name: "a/other.c", text: "int early;\n" },
    {
      name: "a/if.c",
      text: "#ifdef A\nint f(int a) {\n#else\nint f(void) {\n#endif\n}\nint after;\n",
    },
    { name: "a/quote.c", text: 'char c = \'{\', d[] = "\\"{";\nint behind;\n' },
    { name: "a/word.s", text: "word: ret\n" },
    { name: "a/asm.c", text: '__asm__(".globl hand\\n hand: ret");\n' },
  ],
  [{ name: "names.h", text: "#define NAMED(x) \\\n  int pre_##x\n#define renamed new_name\n" }],
);

test.each([
  ["plain", ["a/plain.c"]],
  ["inner", ["a/inner.c", "a/outer.c"]],
  ["pre_early", ["a/macro.c"]],
  ["early", ["a/macro.c", "a/other.c"]],
  ["new_name", ["a/macro.c"]],
  ["after", ["a/if.c"]],
  ["behind", ["a/quote.c"]],
  ["word", ["a/word.s"]],
  ["hand", ["a/asm.c"]],
])("%s may be defined in %j", (symbol, files) => {
  expect([...index(symbol)].sort()).toEqual(files);
});

test.each(["called", "quoted", "later", "told", "aside", "nowhere"])(
  "%s is defined nowhere",
  (symbol) => {
    expect(index(symbol)).toEqual([]);
  },
);
