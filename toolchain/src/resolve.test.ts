import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { writeTree } from "./kconfig/test-support.ts";
import { LibraryRegistry } from "./libraries/registry.ts";
import { resolveRequest } from "./resolve.ts";

const root = `choice
	prompt "Platform"
config PLATFORM_KVM
	bool "KVM"
	select LIB_PLAT
endchoice
config ARCH_X86_64
	bool "x86_64"
config OPTIMIZE_SPEED
	bool "Speed"
rsource "*/Kconfig"
`;

/** Libraries by name, each with what stands below its symbol. */
function registryOf(libraries: Readonly<Record<string, string>>): LibraryRegistry {
  const kconfig = Object.entries(libraries).map(([name, lines]) => {
    const symbol = `LIB_${name.replaceAll("-", "_").toUpperCase()}`;
    return [`${name}/Kconfig`, `config ${symbol}\n\tbool "${name}"\n${lines}`];
  });
  const directory = dirname(writeTree({ Kconfig: root, ...Object.fromEntries(kconfig) }));
  for (const name of Object.keys(libraries)) {
    const description = { version: "1", licence: "MIT", description: name };
    mkdirSync(join(directory, name), { recursive: true });
    writeFileSync(join(directory, name, "library.json"), JSON.stringify(description));
  }
  return new LibraryRegistry(directory);
}

test("each library has the shortest chain why it is there", () => {
  const registry = registryOf({
    plat: "\tselect LIB_BASE\n",
    base: "\tselect LIB_FORMAT\n",
    format: "",
    musl: "\tselect LIB_POSIX\n",
    posix: "\tselect LIB_MEM\n",
    mem: "\tselect LIB_LIST\n",
    list: "",
    httpd: "\tselect LIB_NET\n\timply LIB_DNS\n",
    net: "\tselect LIB_VIRTIO_NET\n\tselect LIB_LIST\n",
    "virtio-net": "\tselect LIB_VIRTIO\n",
    virtio: "",
    dns: "\tselect LIB_CACHE\n",
    cache: "",
    log: "\tdefault y\n\tselect LIB_TEXT\n",
    text: "",
  });
  const application = {
    kind: "c",
    directory: "",
    implicitLibraries: ["musl"],
    files: [],
    sources: [],
    logical: "app",
    problems: [],
  };
  const resolved = resolveRequest(
    {
      app: "",
      libraries: ["httpd"],
      options: {},
      optimize: "speed",
      platform: "kvm",
      architecture: "x86_64",
    },
    application,
    registry,
  );
  expect(resolved.problems).toEqual([]);
  expect(Object.fromEntries(resolved.uses.map(({ name, reason }) => [name, reason]))).toEqual({
    plat: "platform",
    base: "selected by plat",
    format: "selected by base, which plat selects",
    musl: "needed by the application",
    posix: "selected by musl",
    mem: "selected by posix, which musl selects",
    // Not by way of mem, which is read first but farther from what was asked.
    list: "selected by net, which httpd selects",
    httpd: "declared",
    net: "selected by httpd",
    "virtio-net": "selected by net, which httpd selects",
    virtio: "selected by virtio-net, which net selects, which httpd selects",
    dns: "implied by httpd",
    cache: "selected by dns, which httpd implies",
    log: "default",
    text: "selected by log",
  });
});
