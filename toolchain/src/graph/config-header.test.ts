import { expect, test } from "vitest";
import type { SymbolType } from "../kconfig/types.ts";
import { configHeader, type HeaderSymbol } from "./config-header.ts";

function symbol(name: string, type: SymbolType, folder: string): [string, HeaderSymbol] {
  return [name, { type, file: `${folder}/Kconfig` }];
}

const symbols = new Map([
  symbol("LIB_NET", "bool", "net"),
  symbol("NET_OFF", "bool", "net"),
  symbol("NET_WINDOW", "int", "net"),
  symbol("NET_BASE", "hex", "net"),
  symbol("NET_NAME", "string", "net"),
  symbol("OTHER_SIZE", "int", "other"),
]);
const values = new Map([
  ["LIB_NET", "y"],
  ["NET_OFF", "n"],
  ["NET_WINDOW", "65535"],
  ["NET_BASE", "0x10"],
  ["NET_NAME", 'a "b" \\ c'],
  ["OTHER_SIZE", "3"],
]);

test("has the macros of the given folders only, sorted", () => {
  expect(configHeader(new Set(["net"]), symbols, values)).toBe(
    [
      "#define CONFIG_LIB_NET 1",
      "#define CONFIG_NET_BASE 0x10",
      '#define CONFIG_NET_NAME "a \\"b\\" \\\\ c"',
      "#define CONFIG_NET_WINDOW 65535",
      "",
    ].join("\n"),
  );
});

test("is empty when nothing may be seen", () => {
  expect(configHeader(new Set(), symbols, values)).toBe("");
});
