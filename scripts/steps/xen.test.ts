import { expect, test } from "vitest";
import { kernelPackage, newestXen } from "./xen.ts";

test("the newest Xen is taken, by number and not by letter", () => {
  const packages =
    "xen-hypervisor-common - Xen Hypervisor - common files\n" +
    "xen-hypervisor-4.9-amd64 - Xen Hypervisor on AMD64\n" +
    "xen-hypervisor-4.17-amd64 - Xen Hypervisor on AMD64\n" +
    "xen-hypervisor-4.11-arm64 - Xen Hypervisor on ARM64\n";
  expect(newestXen(packages)).toBe("4.17");
  expect(newestXen("xen-tools - Tools\n")).toBeUndefined();
});

test("the kernel is the one that the meta package stands for", () => {
  expect(kernelPackage("linux-image-amd64\n  Depends: linux-image-6.1.0-56-amd64\n")).toBe(
    "linux-image-6.1.0-56-amd64",
  );
  expect(kernelPackage("linux-image-amd64\n")).toBeUndefined();
});
