import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseKconfig } from "./index.ts";
import { writeTree } from "./test-support.ts";
import type { Reason, Request } from "./types.ts";

const resolve = (kconfig: string, ...settings: string[]) => {
  const requests = settings.map((setting): Request => {
    const [symbol = "", value = ""] = setting.split("=");
    return { symbol, value, path: `options.${symbol}` };
  });
  return parseKconfig(writeTree(kconfig)).resolve(requests);
};

const texts = (reasons: readonly Reason[]): string[] =>
  reasons.map(({ kind, symbol, by, location }) =>
    [kind, symbol, by, location?.line].filter((part) => part !== undefined).join(" "),
  );

describe("what keeps a symbol off", () => {
  const nested = `config A
	bool "a"
config B
	bool "b"
config C
	bool "c"
config N
	int "n"
	default 3
menu "menu"
	depends on A
if B
config X
	bool "x"
	depends on C && N > 2
	depends on N < 2 || N = 7
endif
endmenu
`;

  it("is each statement that would have to change, from the outermost on", () => {
    expect(texts(resolve(nested).explain("X"))).toEqual([
      "blocked X A 11",
      "blocked X B 12",
      "blocked X C 15",
      "blocked X N<2 || N=7 16",
    ]);
    expect(texts(resolve(nested, "A=y", "C=y", "N=7").explain("X"))).toEqual(["blocked X B 12"]);
    expect(resolve(nested, "A=y", "B=y", "C=y", "N=7").explain("X")).toEqual([]);
  });

  it("names the symbols that are the cause, as they are now", () => {
    const tree = `config A
	def_bool y
config B
	bool "b"
config C
	def_bool y
config D
	def_bool y
config S
	string "s"
config X
	bool "x"
	depends on !(A && C) || (B && D) || S = "text"
config Y
	bool "y"
	depends on !A || B
	depends on C
	depends on MISSING
`;
    expect(resolve(tree).explain("X")[0]?.causes).toEqual(["A", "C", "B", "S"]);
    expect(
      resolve(tree)
        .explain("Y")
        .map(({ causes }) => causes),
    ).toEqual([["A", "B"], ["MISSING"]]);
  });

  it("may be the condition of its prompt, or a menu that is not visible", () => {
    const tree = `config A
	bool "a"
config X
	bool "x" if A
menu "menu"
	visible if A
config Y
	bool "y"
endmenu
`;
    expect(texts(resolve(tree).explain("X"))).toEqual(["blocked X A 4"]);
    expect(texts(resolve(tree).explain("Y"))).toEqual(["blocked Y A 6"]);
    expect(resolve(tree, "A=y").explain("Y")).toEqual([]);
  });

  it("is one statement per definition, where there are several", () => {
    const tree = `config A
	bool "a"
config X
	bool "x"
	depends on A
config X
	bool
	depends on !A && m
config MODULES
	bool "modules"
	modules
`;
    expect(texts(resolve(tree).explain("X"))).toEqual(["blocked X A 5", "blocked X MODULES 6"]);
  });

  it("is the value that its choice has, or what keeps the choice off", () => {
    const tree = `config A
	bool "a"
choice
	prompt "one of"
config X
	bool "x"
config Y
	bool "y"
endchoice
choice
	prompt "perhaps"
	depends on A
config Z
	bool "z"
endchoice
choice
	prompt "none"
	optional
config Q
	bool "q"
endchoice
`;
    expect(resolve(tree).explain("Y")).toEqual([
      {
        kind: "excluded",
        symbol: "Y",
        by: "X",
        causes: ["X"],
        location: { file: "Kconfig", line: 3 },
      },
    ]);
    expect(texts(resolve(tree, "Y=y").explain("X"))).toEqual(["excluded X Y 3"]);
    expect(texts(resolve(tree).explain("Z"))).toEqual(["blocked Z A 12"]);
    expect(texts(resolve(tree).explain("Q"))).toEqual(['blocked Q the choice "none" 19']);
  });
});

/** Symbols S0, S1, … of which each selects or implies some others, if anything. */
const graphs = fc
  .integer({ min: 2, max: 9 })
  .chain((size) =>
    fc.record({
      size: fc.constant(size),
      edges: fc.uniqueArray(
        fc.record({
          from: fc.nat(size - 1),
          to: fc.nat(size - 1),
          verb: fc.constantFrom("select", "imply"),
        }),
        { maxLength: 20, selector: ({ from, to }) => `${from} ${to}` },
      ),
      asked: fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 3 }),
    }),
  )
  // No circles, which are refused.
  .map(({ edges, ...rest }) => ({ ...rest, edges: edges.filter(({ from, to }) => from < to) }));

describe("why a symbol is on", () => {
  it("is the shortest chain there is", () => {
    fc.assert(
      fc.property(graphs, ({ size, edges, asked }) => {
        const kconfig = Array.from({ length: size }, (_, i) => [
          `config S${i}\n\tbool "s${i}"\n`,
          ...edges.filter(({ from }) => from === i).map(({ verb, to }) => `\t${verb} S${to}\n`),
        ]);
        const configuration = resolve(kconfig.flat().join(""), ...asked.map((i) => `S${i}=y`));
        // How far each symbol is from what was asked, relaxed along every edge until it settles.
        const distance = Array.from({ length: size }, (_, i) => (asked.includes(i) ? 0 : Infinity));
        for (const _ of distance) {
          for (const { from, to } of edges) {
            distance[to] = Math.min(distance[to] ?? 0, (distance[from] ?? 0) + 1);
          }
        }
        distance.forEach((steps, i) => {
          const chain = configuration.explain(`S${i}`);
          expect(chain.length).toBe(steps === Infinity ? 0 : steps + 1);
          chain.forEach(({ kind, symbol, by }, at) => {
            expect(kind === "requested").toBe(at === 0);
            if (at === 0) return;
            expect(by).toBe(chain[at - 1]?.symbol);
            const verb = kind === "selected" ? "select" : "imply";
            const isEdge = (edge: { from: number; to: number; verb: string }) =>
              `S${edge.from} S${edge.to} ${edge.verb}` === `${by} ${symbol} ${verb}`;
            expect(edges.some(isEdge)).toBe(true);
          });
          if (chain.length > 0) expect(chain.at(-1)?.symbol).toBe(`S${i}`);
        });
      }),
      { numRuns: 200 },
    );
  });
});
