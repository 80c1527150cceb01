import { describe, expect, test } from "vitest";
import { Unknown } from "../values.ts";
import { networkChanges } from "./network.ts";
import { networkFailures, withNetworkDefaults } from "./network-inputs.ts";

const reasons = (inputs: Parameters<typeof networkFailures>[0]) =>
  networkFailures(withNetworkDefaults(inputs)).map(
    ({ property, reason }) => `${property} ${reason}`,
  );

test.each(["10.7.0.0/24", "172.16.0.0/16", "192.168.1.0/29"])("%s is fine", (cidr) => {
  expect(reasons({ cidr })).toEqual([]);
});

test("what is not known yet is not wrong", () => {
  expect(reasons({ cidr: Unknown.instance, driver: Unknown.instance })).toEqual([]);
});

test.each([
  [{}, "cidr is missing"],
  [{ cidr: 7 }, "cidr must be addresses such as"],
  [{ cidr: "10.7.0.0" }, "cidr must be addresses such as"],
  [
    { cidr: "10.7.0.1/24" },
    "cidr 10.7.0.1/24 is an address in the network 10.7.0.0/24; write that",
  ],
  [{ cidr: "10.7.0.0/30" }, "cidr 10.7.0.0/30 is too small: it has no room for guests"],
  [{ cidr: "10.0.0.0/8" }, "cidr 10.0.0.0/8 is too large"],
  [{ cidr: "8.8.8.0/24" }, "cidr 8.8.8.0/24 is not private"],
  [{ cidr: "172.32.0.0/16" }, "cidr 172.32.0.0/16 is not private"],
  [{ cidr: "10.0.0.0/16" }, "cidr 10.0.0.0/16 overlaps 10.0.2.0/24, which every guest uses"],
  [{ cidr: "10.7.0.0/24", driver: "libvirt" }, 'driver must be "qemu" or "sandbox", not "libvirt"'],
  [{ cidr: "10.7.0.0/24", cdir: "x" }, 'cdir a Network has no property "cdir"'],
])("%j is refused", (inputs, reason) => {
  expect(reasons(inputs)).toEqual([expect.stringContaining(reason)]);
});

describe("changes", () => {
  const olds = { cidr: "10.7.0.0/24", driver: "qemu" };

  test("other addresses make it another network, another driver does not", () => {
    expect(networkChanges(olds, { ...olds, cidr: "10.8.0.0/24" }).changes).toEqual({
      cidr: { kind: "update-replace", inputDiff: true },
    });
    expect(networkChanges(olds, { ...olds, driver: "sandbox" }).changes).toEqual({
      driver: { kind: "update", inputDiff: true },
    });
    expect(networkChanges(olds, olds).changes).toEqual({});
  });
});
