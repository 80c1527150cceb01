import { describe, expect, test } from "vitest";
import { type PropertyValue, Unknown } from "../values.ts";
import { driverFailures, driverSelection, normalDriver } from "./guest-driver-input.ts";

function failuresOf(value: PropertyValue): string[] {
  const failures: string[] = [];
  driverFailures(normalDriver(value), ["qemu", "libvirt"], (property, reason) =>
    failures.push(`${property}: ${reason}`),
  );
  return failures;
}

test.each<[string, PropertyValue, PropertyValue]>([
  ["a name alone", { name: "qemu" }, "qemu"],
  ["libvirt by name", "libvirt", { name: "libvirt", uri: "qemu:///system" }],
  [
    "libvirt without a URI",
    { name: "libvirt", uri: null },
    { name: "libvirt", uri: "qemu:///system" },
  ],
])("%s has one form", (_what, value, normal) => {
  expect(normalDriver(value)).toEqual(normal);
});

test("what is selected is a name with what that driver has to know", () => {
  expect(driverSelection("qemu")).toEqual({ name: "qemu" });
  expect(driverSelection(undefined)).toEqual({ name: "qemu" });
  const uri = "qemu+ssh://host/system";
  expect(driverSelection({ name: "libvirt", uri })).toEqual({ name: "libvirt", uri });
});

describe("failures", () => {
  test.each<[string, PropertyValue]>([
    ["a name", "qemu"],
    ["this machine", { name: "libvirt", uri: "qemu:///session" }],
    ["another machine", { name: "libvirt", uri: "qemu+tls://[::1]:16514/system?pkipath=/x" }],
    ["a network", { name: "libvirt", network: "default" }],
    ["nothing known", Unknown.instance],
    ["an unknown URI", { name: "libvirt", uri: Unknown.instance }],
    ["an unknown name", { name: Unknown.instance, uri: "x" }],
  ])("%s has none", (_what, value) => {
    expect(failuresOf(value)).toEqual([]);
  });

  test.each<[PropertyValue, string]>([
    ["xen", 'driver: must be "qemu" or "libvirt", not "xen"'],
    [{}, 'driver.name: must be "qemu" or "libvirt", not null'],
    [
      { name: "qemu", uri: "qemu:///system" },
      'driver.uri: the driver "qemu" has no property "uri"; known are name',
    ],
    [{ name: "libvirt", network: 1 }, "driver.network: must be a network's name, not 1"],
    [
      { name: "libvirt", url: "x" },
      'driver.url: the driver "libvirt" has no property "url"; did you mean "uri"?',
    ],
    [
      { name: "libvirt", uri: "xen:///system" },
      'driver.uri: must be a libvirt URI such as "qemu:///system" or "qemu+ssh://user@host/system", not "xen:///system"',
    ],
  ])("%j is refused", (value, failure) => {
    expect(failuresOf(value)).toEqual([failure]);
  });
});
