import { describe, expect, test } from "vitest";
import { type PropertyValue, Unknown } from "../values.ts";
import { driverFailures, driverSelection, normalDriver } from "./guest-driver-input.ts";
import { withPlace } from "./guest-place-inputs.ts";

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
  const place = { bridge: "br0", address: "10.1.2.200/26" };
  expect(driverSelection({ name: "libvirt", uri, ...place })).toEqual({
    ...{ name: "libvirt", uri, bridge: "br0" },
    place: { address: "10.1.2.200/26", gateway: "10.1.2.193", dns: "10.1.2.193" },
  });
});

test("a guest's place is said again as shortly as it can be", () => {
  const host = { name: "libvirt", uri: "xen:///system" };
  for (const place of [
    {},
    { network: "apps" },
    { bridge: "br0" },
    { bridge: "br0", address: "10.1.2.9/24" },
    { bridge: "br0", address: "10.1.2.9/24", gateway: "10.1.2.254" },
    { bridge: "br0", address: "10.1.2.9/24", nameServer: "10.1.2.3" },
  ]) {
    const selection = driverSelection({ ...host, ...place });
    expect(withPlace({ ...host, network: "of the settings" }, selection)).toEqual({
      ...host,
      ...place,
    });
  }
  expect(withPlace("qemu", undefined)).toBe("qemu");
});

describe("failures", () => {
  test.each<[string, PropertyValue]>([
    ["a name", "qemu"],
    ["this machine", { name: "libvirt", uri: "qemu:///session" }],
    ["another machine", { name: "libvirt", uri: "qemu+tls://[::1]:16514/system?pkipath=/x" }],
    ["a network", { name: "libvirt", network: "default" }],
    ["a Xen host", { name: "libvirt", uri: "xen+ssh://root@host/system" }],
    [
      "a place in a bridge",
      { name: "libvirt", bridge: "br0", address: "10.0.0.9/24", gateway: "10.0.0.1" },
    ],
    ["an unknown place", { name: "libvirt", bridge: "br0", address: Unknown.instance }],
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
      { name: "libvirt", uri: "xen:///session" },
      'driver.uri: must be a libvirt URI such as "qemu:///system", "qemu+ssh://user@host/system" or "xen:///system", not "xen:///session"',
    ],
    [
      { name: "libvirt", network: "default", bridge: "br0" },
      "driver.bridge: a guest is in a network or in a bridge, not in both",
    ],
    [
      { name: "libvirt", address: "10.0.0.9/24" },
      "driver.address: is the guest's in a bridge; say which one: bridge",
    ],
    [
      { name: "libvirt", bridge: "br0", address: "10.0.0.9" },
      'driver.address: must be an IPv4 address with the length of its network\'s prefix, such as "192.168.1.50/24", not "10.0.0.9"',
    ],
    [
      { name: "libvirt", bridge: "br0", gateway: "10.0.0.1" },
      "driver.gateway: goes with address; without one DHCP tells it",
    ],
    [
      { name: "libvirt", bridge: "br0", address: "10.0.0.9/24", nameServer: "dns" },
      'driver.nameServer: must be an IPv4 address, not "dns"',
    ],
  ])("%j is refused", (value, failure) => {
    expect(failuresOf(value)).toEqual([failure]);
  });
});
