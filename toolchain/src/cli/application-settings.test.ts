import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate, type Settings, set } from "../kconfig/menuconfig/session.ts";
import { NO } from "../kconfig/model.ts";
import { noSources, writeLibraries } from "../libraries/test-support.ts";
import { resolveRequest } from "../resolve.ts";
import type { ImageRequest, OptionValue } from "../types.ts";
import {
  type ApplicationSettings,
  applicationSettings,
  describeSettings,
} from "./application-settings.ts";
import type { Description } from "./description.ts";

const root = `choice
	prompt "Architecture"
config ARCH_X86_64
	bool "x86_64"
endchoice
choice
	prompt "Platform"
config PLATFORM_KVM
	bool "KVM"
	select LIB_PLAT
config PLATFORM_XEN
	bool "Xen"
	select LIB_PLAT
config PLATFORM_LINUX
	bool "Linux"
	select LIB_PLAT
endchoice
choice
	prompt "Optimise for"
config OPTIMIZE_SPEED
	bool "Speed"
config OPTIMIZE_SIZE
	bool "Size"
config OPTIMIZE_DEBUG
	bool "Debugging"
endchoice
`;
const registry = writeLibraries(root, {
  plat: "",
  musl: "",
  httpd: `	select LIB_LWIP
config HTTPD_LOG
	bool "log"
	depends on LIB_HTTPD
	imply LIB_LOG
config HTTPD_FAST
	bool "fast"
	depends on LIB_HTTPD && OPTIMIZE_SPEED
	select LWIP_POLL
`,
  log: "\tdepends on PLATFORM_KVM\n",
  trace: "\tselect LIB_LOG\n",
  lwip: `if LIB_LWIP
config LWIP_WINDOW
	int "window"
	range 100 LWIP_LIMIT
	default 500
config LWIP_LIMIT
	int "limit"
	range 100 9000
	default 1000
config LWIP_BASE
	hex "base"
	default 0x10
config LWIP_NAME
	string "name"
	default "lwip"
config LWIP_POLL
	bool "poll"
config LWIP_DHCP
	bool "dhcp"
	default y
choice
	prompt "queue"
	default LWIP_FIFO
config LWIP_LIFO
	bool "lifo"
config LWIP_FIFO
	bool "fifo"
config LWIP_FAIR
	bool "fair"
	depends on LWIP_POLL
endchoice
endif
`,
});

const requestOf = (description: Description): ImageRequest => ({
  app: "",
  architecture: "x86_64",
  libraries: description.libraries,
  options: description.options,
  optimize: (description.optimize ?? "speed") as ImageRequest["optimize"],
  platform: (description.platform ?? "kvm") as ImageRequest["platform"],
});

function open(
  libraries: string[] = [],
  options: Record<string, OptionValue> = {},
  more: Partial<Description> = {},
): ApplicationSettings {
  const description = { libraries, options, ...more };
  return applicationSettings(requestOf(description), description, noSources, registry);
}

/** The settings after a user has made these, which must be possible. */
function change(before: ApplicationSettings, ...settings: string[]): Settings {
  return settings.reduce((current: Settings, setting) => {
    const [name = "", value = ""] = setting.split("=");
    const next = setOne(before, current, name, value);
    if (next === null) throw new Error(`${setting} is not possible`);
    return next;
  }, before.settings);
}

function setOne(before: ApplicationSettings, settings: Settings, name: string, value: string) {
  const symbol = before.model.symbols.names.get(name);
  if (symbol === undefined) throw new Error(`there is no ${name}`);
  return set(before.model, settings, before.rules, symbol, value);
}

const saved = (before: ApplicationSettings, ...settings: string[]) => {
  const { description, left } = describeSettings(before, change(before, ...settings));
  // Absent fields are the same as undefined ones.
  return { ...JSON.parse(JSON.stringify(description)), ...(left.length > 0 ? { left } : {}) };
};

describe("settings of an application", () => {
  it("refuse what there is not, all at once", () => {
    expect(() => open(["lwpi"], { LWIP_WINDOW: 5 })).toThrow(
      /^libraries\[0\]: there is no library "lwpi".*\n.*LWIP_WINDOW=5 is not possible/,
    );
  });

  it("are written back as they were, when nothing is changed", () => {
    expect(saved(open())).toEqual({ libraries: [], options: {} });
    // Also what is the default anyway, or could be written in another way.
    const options = { LWIP_WINDOW: 500, LWIP_BASE: 32, LWIP_DHCP: "n", LIB_LOG: true };
    const more = { optimize: "speed", platform: "linux" };
    const { LIB_LOG: _, ...possible } = options;
    expect(saved(open(["lwip", "musl"], possible, more))).toEqual({
      libraries: ["lwip", "musl"],
      options: possible,
      ...more,
    });
    expect(saved(open(["lwip"], options))).toEqual({ libraries: ["lwip"], options });
  });

  it("become libraries, fields and options, as far as they differ from the defaults", () => {
    const changes = [
      ...["LIB_HTTPD=y", "HTTPD_LOG=y", "LWIP_LIMIT=2000", "LWIP_WINDOW=2000", "LWIP_BASE=20"],
      ...["LWIP_NAME=x", "LWIP_DHCP=n", "LWIP_LIFO=y", "LWIP_POLL=n", "OPTIMIZE_SIZE=y"],
    ];
    expect(saved(open(), ...changes)).toEqual({
      libraries: ["httpd"],
      options: {
        HTTPD_LOG: true,
        LWIP_WINDOW: 2000,
        LWIP_LIMIT: 2000,
        LWIP_BASE: "0x20",
        LWIP_NAME: "x",
        LWIP_DHCP: false,
        LWIP_LIFO: true,
      },
      optimize: "size",
    });
    const back = ["LWIP_WINDOW=500", "LWIP_DHCP=y", "LWIP_FIFO=y", "OPTIMIZE_SPEED=y"];
    const options = { LWIP_DHCP: false, LWIP_WINDOW: 800, LWIP_LIFO: true };
    expect(saved(open(["lwip"], options, { optimize: "debug" }), ...back)).toEqual({
      libraries: ["lwip"],
      options: {},
    });
  });

  it("declare a library that is there anyway, if one wishes", () => {
    const before = open(["httpd"]);
    expect(saved(before, "LIB_LWIP=y").libraries).toEqual(["httpd", "lwip"]);
    expect(saved(before, "LIB_LWIP=y", "LIB_LWIP=n").libraries).toEqual(["httpd"]);
    expect(saved(open(["lwip", "httpd"]), "LIB_LWIP=n").libraries).toEqual(["httpd"]);
  });

  it("do not take away what the application needs", () => {
    expect(setOne(open(), open().settings, "LIB_MUSL", "n")).toBeNull();
  });

  it("leave out what is no longer possible, and say so", () => {
    const before = open(["log", "httpd"], { LWIP_WINDOW: 700, HTTPD_FAST: false });
    expect(saved(before, "LIB_HTTPD=n", "PLATFORM_LINUX=y")).toEqual({
      libraries: [],
      // That it is off is still possible.
      options: { HTTPD_FAST: false },
      platform: "linux",
      left: ["LIB_LOG=y (needs PLATFORM_KVM)", "LWIP_WINDOW=700 (needs LIB_LWIP)"],
    });
    expect(
      saved(open(["lwip"], { LWIP_LIMIT: 5000, LWIP_WINDOW: 4000 }), "LWIP_LIMIT=300"),
    ).toEqual({
      libraries: ["lwip"],
      options: { LWIP_LIMIT: 300 },
      left: ["LWIP_WINDOW=4000 (this value is not possible here)"],
    });
  });

  it("may hold what a build refuses, if other settings can mend it", () => {
    const before = open(["trace"], {}, { platform: "linux" });
    const [problem] = before.unmet;
    expect(problem?.path).toBe("libraries[0]");
    expect(problem?.message).toBe(
      "LIB_LOG is selected by LIB_TRACE, but depends on PLATFORM_KVM, which is off",
    );
    expect(saved(before, "PLATFORM_KVM=y")).toEqual({ libraries: ["trace"], options: {} });
  });

  it("give the same configuration when they are read again", () => {
    const names = [...open().model.symbols.names.keys()].filter((name) => /[A-Z]{3}/.test(name));
    const values = ["y", "n", "y", "n", "150", "0x1f", "text", "1500"];
    const steps = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...values)), {
      maxLength: 40,
      size: "max",
    });
    const starts = fc.constantFrom(
      open(),
      open(["httpd"], { LWIP_DHCP: false, LWIP_LIFO: true }, { platform: "linux" }),
      open(["log", "lwip", "httpd"], { HTTPD_FAST: true, LWIP_FAIR: true, LWIP_WINDOW: 999 }),
    );
    let changed = 0;
    fc.assert(
      fc.property(starts, steps, (before, wishes) => {
        let settings = before.settings;
        for (const [name, value] of wishes) {
          settings = setOne(before, settings, name, value) ?? settings;
        }
        const { description } = describeSettings(before, settings);
        const again = resolveRequest(requestOf(description), noSources, registry);
        expect(again.problems).toEqual(again.configuration.unmet);
        const evaluation = evaluate(before.model, settings);
        for (const [name, symbol] of before.model.symbols.names) {
          if (symbol.nodes.length === 0 || evaluation.computed(symbol).visibility === NO) continue;
          expect(`${name}=${again.configuration.values.get(name) ?? "n"}`).toBe(
            `${name}=${evaluation.text(symbol)}`,
          );
        }
        if (Object.keys(description.options).length > 1) changed++;
        // And once more, nothing changes.
        const reopened = applicationSettings(
          requestOf(description),
          description,
          noSources,
          registry,
        );
        expect(describeSettings(reopened, reopened.settings)).toEqual({ description, left: [] });
      }),
      { numRuns: 300 },
    );
    expect(changed).toBeGreaterThan(50);
  });
});
