import { describe, expect, it } from "vitest";
import { parseKconfig } from "./index.ts";
import { writeTree } from "./test-support.ts";
import type { Request } from "./types.ts";

const tree = parseKconfig(
  writeTree({
    Kconfig: 'rsource "*/Kconfig"\n',
    "httpd/Kconfig": `config LIB_HTTPD
	bool "httpd"
	select LIB_LWIP
	select LIB_POSIX
`,
    "lwip/Kconfig": `config LIB_LWIP
	bool "lwIP"
	select LIB_SCHED
	imply LIB_DHCP
if LIB_LWIP
config LWIP_TCP_WND
	int "Window"
	range 1024 65535
	default 8192
config LWIP_BASE
	hex "Base"
	default 0x100
config LWIP_NAME
	string "Name"
	default "lwip"
config LWIP_IPV6
	bool "IPv6"
	depends on LIB_POSIX && LIB_RANDOM
endif
`,
    "rest/Kconfig": `config LIB_POSIX
	bool
	select LIB_SCHED
config LIB_SCHED
	bool "sched"
config LIB_RANDOM
	bool "random"
config LIB_DHCP
	bool "dhcp"
config LIB_TLS
	bool "tls"
	depends on LIB_RANDOM
config LIB_HTTPS
	bool "https"
	select LIB_TLS
choice
	prompt "Optimise for"
	default SPEED
config SPEED
	bool "Speed"
config SIZE
	bool "Size"
endchoice
config ALWAYS
	def_bool y
`,
  }),
);

const library = (name: string): Request => ({
  symbol: `LIB_${name.toUpperCase()}`,
  value: "y",
  path: `libraries[${name}]`,
});
const option = (symbol: string, value: string): Request => ({
  symbol,
  value,
  path: `options.${symbol}`,
});
const problems = (...requests: Request[]): string[] =>
  tree.resolve(requests).problems.map(({ path, message }) => `${path}: ${message}`);

describe("resolve", () => {
  it("grants requests and selects what they need", () => {
    const { values, problems } = tree.resolve([library("httpd"), option("LWIP_TCP_WND", "4096")]);
    expect(problems).toEqual([]);
    expect(Object.fromEntries(values)).toEqual({
      ALWAYS: "y",
      LIB_DHCP: "y",
      LIB_HTTPD: "y",
      LIB_HTTPS: "n",
      LIB_LWIP: "y",
      LIB_POSIX: "y",
      LIB_RANDOM: "n",
      LIB_SCHED: "y",
      LWIP_BASE: "0x100",
      LWIP_NAME: "lwip",
      LWIP_TCP_WND: "4096",
      SIZE: "n",
      SPEED: "y",
    });
    expect([...values.keys()]).toEqual([...values.keys()].sort());
  });

  it("does not remember earlier requests", () => {
    tree.resolve([library("httpd")]);
    expect(tree.resolve([]).values.get("LIB_LWIP")).toBe("n");
  });

  it("names the nearest symbol for an unknown one", () => {
    expect(problems(option("LWIP_TCP_WIN", "1"), option("QUITE_ELSE", "y"))).toEqual([
      "options.LWIP_TCP_WIN: there is no option LWIP_TCP_WIN; did you mean LWIP_TCP_WND?",
      "options.QUITE_ELSE: there is no option QUITE_ELSE",
    ]);
  });

  it("refuses values of another type or out of range", () => {
    expect(
      problems(
        library("lwip"),
        option("LWIP_TCP_WND", "70000"),
        option("LWIP_BASE", "xyz"),
        option("LWIP_IPV6", "yes"),
        option("LIB_RANDOM", "1"),
      ),
    ).toEqual([
      "options.LWIP_BASE: LWIP_BASE is a hexadecimal number (0x…), not 'xyz'",
      "options.LWIP_IPV6: LWIP_IPV6 is a bool: true (y) or false (n), not 'yes'",
      "options.LIB_RANDOM: LIB_RANDOM is a bool: true (y) or false (n), not '1'",
      "options.LWIP_TCP_WND: LWIP_TCP_WND must be between 1024 and 65535, not 70000",
    ]);
    expect(problems(option("LWIP_TCP_WND", "8k"))).toEqual([
      "options.LWIP_TCP_WND: LWIP_TCP_WND is a whole number, not '8k'",
    ]);
  });

  it("names the part of the dependencies that is off", () => {
    expect(problems(library("httpd"), option("LWIP_IPV6", "y"))).toEqual([
      "options.LWIP_IPV6: LWIP_IPV6=y is not possible: it depends on LIB_RANDOM, which is off",
    ]);
    expect(problems(option("LWIP_NAME", "x"))).toEqual([
      "options.LWIP_NAME: LWIP_NAME=x is not possible: it depends on LIB_LWIP, which is off",
    ]);
  });

  it("says what overrides a request", () => {
    expect(
      problems(
        library("httpd"),
        option("LIB_SCHED", "n"),
        option("SPEED", "y"),
        option("SIZE", "y"),
      ),
    ).toEqual([
      "options.LIB_SCHED: LIB_SCHED=n is not possible: it is selected by LIB_LWIP (lwip/Kconfig:3) and LIB_POSIX (rest/Kconfig:3)",
      'options.SPEED: SPEED=y is not possible: SIZE is chosen for "Optimise for", which has one value',
    ]);
    expect(problems(option("SPEED", "n"))).toEqual([
      'options.SPEED: SPEED=n is not possible: it is the value of the choice "Optimise for"; ask for another of its values instead',
    ]);
    expect(problems(option("ALWAYS", "n"), option("LIB_POSIX", "y"))).toEqual([
      "options.ALWAYS: ALWAYS=n is not possible: it is on by default and cannot be changed, because it has no prompt",
      "options.LIB_POSIX: LIB_POSIX=y is not possible: it cannot be set by hand; it is selected by LIB_HTTPD",
    ]);
  });

  it("reports contradicting requests, not repeated ones", () => {
    expect(problems(library("lwip"), library("lwip"), option("LIB_LWIP", "n"))).toEqual([
      "options.LIB_LWIP: LIB_LWIP=n contradicts libraries[lwip], which asks for y",
    ]);
  });

  it("reports a selected symbol whose dependencies are off, where it is selected", () => {
    const { problems: found, unmet } = tree.resolve([library("https")]);
    expect(unmet).toEqual(found);
    expect(found).toEqual([
      {
        path: "libraries[https]",
        message: "LIB_TLS is selected by LIB_HTTPS, but depends on LIB_RANDOM, which is off",
        location: { file: "rest/Kconfig", line: 15 },
      },
    ]);
    expect(problems(library("https"), library("random"))).toEqual([]);
  });
});

describe("explain", () => {
  const configuration = tree.resolve([library("httpd")]);

  it("gives the shortest chain from the request", () => {
    expect(configuration.explain("LIB_HTTPD")).toEqual([
      { kind: "requested", symbol: "LIB_HTTPD" },
    ]);
    expect(configuration.explain("LIB_SCHED")).toEqual([
      { kind: "requested", symbol: "LIB_HTTPD" },
      {
        kind: "selected",
        symbol: "LIB_LWIP",
        by: "LIB_HTTPD",
        location: { file: "httpd/Kconfig", line: 3 },
      },
      {
        kind: "selected",
        symbol: "LIB_SCHED",
        by: "LIB_LWIP",
        location: { file: "lwip/Kconfig", line: 3 },
      },
    ]);
    const direct = tree.resolve([library("httpd"), library("lwip")]);
    expect(direct.explain("LIB_SCHED").map(({ symbol }) => symbol)).toEqual([
      "LIB_LWIP",
      "LIB_SCHED",
    ]);
  });

  it("knows implied symbols, defaults and choices", () => {
    expect(configuration.explain("LIB_DHCP").map(({ kind }) => kind)).toEqual([
      ...["requested", "selected", "implied"],
    ]);
    expect(configuration.explain("ALWAYS")).toEqual([
      { kind: "default", symbol: "ALWAYS", location: { file: "rest/Kconfig", line: 25 } },
    ]);
    expect(configuration.explain("SPEED").map(({ kind }) => kind)).toEqual(["choice"]);
    expect(configuration.explain("LWIP_TCP_WND").map(({ kind }) => kind)).toEqual(["default"]);
  });

  it("says what keeps a symbol off", () => {
    expect(configuration.explain("LWIP_IPV6")).toEqual([
      {
        kind: "blocked",
        symbol: "LWIP_IPV6",
        by: "LIB_RANDOM",
        causes: ["LIB_RANDOM"],
        location: { file: "lwip/Kconfig", line: 18 },
      },
    ]);
    expect(configuration.explain("LIB_RANDOM")).toEqual([]);
    expect(configuration.explain("UNKNOWN")).toEqual([]);
  });
});
