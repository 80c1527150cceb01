import { expect, test } from "vitest";
import { Library, MissingLibvirtError } from "./library.ts";
import { LIBVIRT_PROTOTYPES, LIBVIRT_QEMU_PROTOTYPES, nameIn } from "./prototypes.ts";

test("a machine without libvirt is told how to get it", () => {
  expect(() => Library.load("libvirt-of-nobody.so.0")).toThrow(MissingLibvirtError);
  expect(() => Library.load("libvirt-of-nobody.so.0")).toThrow(/apt-get install libvirt0/);
});

test("every prototype names its function", () => {
  for (const prototype of [...LIBVIRT_PROTOTYPES, ...LIBVIRT_QEMU_PROTOTYPES]) {
    expect(nameIn(prototype), prototype).toMatch(/^vir[A-Z]\w+$/);
  }
});
