import { expect, test } from "vitest";
import { noSources, writeLibraries } from "./libraries/test-support.ts";
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
`;

test("each library has the shortest chain why it is there", () => {
  const registry = writeLibraries(root, {
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
  const resolved = resolveRequest(
    {
      app: "",
      libraries: ["httpd"],
      options: {},
      optimize: "speed",
      platform: "kvm",
      architecture: "x86_64",
    },
    noSources,
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
