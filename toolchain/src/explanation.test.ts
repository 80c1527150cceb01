import { describe, expect, it } from "vitest";
import { explainSymbol } from "./explanation.ts";
import { parseKconfig } from "./kconfig/index.ts";
import { writeTree } from "./kconfig/test-support.ts";
import type { Request } from "./kconfig/types.ts";
import { formatLocation } from "./problems.ts";

const tree = parseKconfig(
  writeTree({
    Kconfig: 'rsource "*/Kconfig"\n',
    "httpd/Kconfig": `config LIB_HTTPD
	bool "httpd"
	select LIB_LWIP
	imply LIB_DNS
`,
    "lwip/Kconfig": `config LIB_LWIP
	bool "lwip"
	select LIB_MEM
if LIB_LWIP
config LWIP_WINDOW
	int "Window"
	default 8192
config LWIP_IPV6
	bool "IPv6"
	depends on LIB_RANDOM && !LIB_MEM
endif
`,
    "rest/Kconfig": `config LIB_MEM
	bool
	select LIB_PAGES
config LIB_PAGES
	bool
config LIB_DNS
	bool "dns"
config LIB_RANDOM
	bool "random"
	depends on CPU_RANDOM
config ALWAYS
	def_bool y
choice
	prompt "Optimise for"
config SPEED
	bool "Speed"
config SIZE
	bool "Size"
endchoice
`,
    "ways/Kconfig": Array.from(
      { length: 8 },
      (_, i) => `config W${i}\n\tbool "w${i}"\n\t${i < 4 ? "select" : "imply"} LIB_PAGES\n`,
    ).join(""),
  }),
);

const httpd: Request = { symbol: "LIB_HTTPD", value: "y", path: "libraries[0]" };

function explain(symbol: string, ...requests: Request[]): string[] {
  const configuration = tree.resolve(requests);
  const { type, value, isOn, lines } = explainSymbol({ tree, configuration, requests }, symbol);
  return [
    `${type} ${isOn ? "on" : "off"} ${value ?? "-"}`,
    ...lines.map(({ text, location }) =>
      location === undefined ? text : `${text} @${formatLocation(location)}`,
    ),
  ];
}

describe("a symbol that is on", () => {
  it("has the chain from the request, each step with its place", () => {
    expect(explain("LIB_PAGES", httpd)).toEqual([
      "bool on y",
      "libraries[0] asks for LIB_HTTPD=y",
      "LIB_HTTPD selects LIB_LWIP @httpd/Kconfig:3",
      "LIB_LWIP selects LIB_MEM @lwip/Kconfig:3",
      "LIB_MEM selects LIB_PAGES @rest/Kconfig:3",
    ]);
    expect(explain("LIB_DNS", { ...httpd, path: "app" })).toEqual([
      "bool on y",
      "the application needs LIB_HTTPD",
      "LIB_HTTPD implies LIB_DNS @httpd/Kconfig:4",
    ]);
  });

  it("may be on by itself", () => {
    expect(explain("ALWAYS")).toEqual(["bool on y", "ALWAYS is on by default @rest/Kconfig:12"]);
    expect(explain("SPEED")).toEqual([
      "bool on y",
      'SPEED is what the choice "Optimise for" comes to @rest/Kconfig:15',
    ]);
    expect(explain("LWIP_WINDOW", httpd)).toEqual([
      "int on 8192",
      "LWIP_WINDOW is 8192 by default @lwip/Kconfig:7",
    ]);
  });
});

describe("a symbol that is off", () => {
  it("has the statements that keep it off, and why these do", () => {
    expect(explain("LWIP_IPV6", httpd)).toEqual([
      "bool off -",
      "LWIP_IPV6 depends on LIB_RANDOM && !LIB_MEM, which is off @lwip/Kconfig:10",
      "LIB_RANDOM depends on CPU_RANDOM, which is off @rest/Kconfig:10",
      "there is no option CPU_RANDOM in this tree",
      "libraries[0] asks for LIB_HTTPD=y",
      "LIB_HTTPD selects LIB_LWIP @httpd/Kconfig:3",
      "LIB_LWIP selects LIB_MEM @lwip/Kconfig:3",
    ]);
    expect(explain("LWIP_WINDOW")).toEqual([
      "int off -",
      "LWIP_WINDOW depends on LIB_LWIP, which is off @lwip/Kconfig:4",
      "nothing asks for LIB_LWIP, selects it or has it on by default @lwip/Kconfig:1",
      "LIB_HTTPD would select LIB_LWIP @httpd/Kconfig:3",
    ]);
  });

  it("is off because another value of its choice is on", () => {
    expect(explain("SIZE", { symbol: "SPEED", value: "y", path: "optimize" })).toEqual([
      "bool off n",
      'SPEED is chosen for "Optimise for", which has one value @rest/Kconfig:13',
      "optimize asks for SPEED=y",
    ]);
  });

  it("is off because somebody wants it off", () => {
    const request = { symbol: "LIB_DNS", value: "n", path: "options.LIB_DNS" };
    expect(explain("LIB_DNS", httpd, request)).toEqual([
      "bool off n",
      "options.LIB_DNS asks for LIB_DNS=n",
    ]);
  });

  it("names who could switch it on, but not everybody", () => {
    expect(explain("LIB_PAGES")).toEqual([
      "bool off -",
      "nothing asks for LIB_PAGES, selects it or has it on by default; it has no prompt, so that nobody can ask for it @rest/Kconfig:4",
      "LIB_MEM would select LIB_PAGES @rest/Kconfig:3",
      ...[0, 1, 2, 3].map((i) => `W${i} would select LIB_PAGES @ways/Kconfig:${3 * i + 3}`),
      "W4 would imply LIB_PAGES @ways/Kconfig:15",
      "and 3 more",
    ]);
  });
});
