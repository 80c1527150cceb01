import { describe, expect, it } from "vitest";
import { objectSymbols } from "../graph/object-symbols.ts";
import { dataObject } from "./data-object.ts";
import { symbols } from "./elf.ts";

describe("an object of data", () => {
  it.each([0, 1, 15, 16, 1000])("has %i bytes between its symbols", (length) => {
    const data = Uint8Array.from({ length }, (_, index) => (index * 7) % 256);
    const object = dataObject("thing", data);
    expect(objectSymbols(object)).toEqual({ defined: ["thing_end", "thing_start"], needed: [] });
    const named = new Map(symbols(object).map((symbol) => [symbol.name, symbol]));
    expect(
      Number(named.get("thing_end")?.address) - Number(named.get("thing_start")?.address),
    ).toBe(length);
    expect(object.includes(Buffer.from(data))).toBe(true);
  });

  it("is the same for the same data", () => {
    expect(dataObject("a", Uint8Array.of(1))).toEqual(dataObject("a", Uint8Array.of(1)));
  });
});
