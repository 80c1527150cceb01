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
  [{ cidr: "10.7.0.0/24", driver: "xen" }, 'driver must be "qemu" or "sandbox" or "libvirt", not'],
  [{ cidr: "10.7.0.0/24", isolated: true }, "isolated is for networks of a libvirt host"],
  [
    { cidr: "10.7.0.0/24", driver: "libvirt", isolated: "yes" },
    'isolated must be true or false, not "yes"',
  ],
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
    const hosted = withNetworkDefaults({ ...olds, driver: "libvirt" });
    expect(networkChanges(olds, hosted).changes.driver?.kind).toBe("update-replace");
  });

  test("another way out makes it another network, which cannot be beside the old one", () => {
    const hosted = withNetworkDefaults({ cidr: "10.7.0.0/24", driver: "libvirt" });
    const { changes, deleteBeforeReplace } = networkChanges(hosted, { ...hosted, isolated: true });
    expect(changes.isolated?.kind).toBe("update-replace");
    expect(deleteBeforeReplace).toBe(true);
  });
});
