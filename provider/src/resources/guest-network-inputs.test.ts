import { expect, test } from "vitest";
import { type PropertyValue, Unknown } from "../values.ts";
import { guestChanges } from "./guest-changes.ts";
import { networkInputFailures, wantedNetworks, withGuestNames } from "./guest-network-inputs.ts";

const URN = "urn:pulumi:dev::program::unikernel:index:Guest::My_DB";
const named = (networks: PropertyValue) => withGuestNames({ networks }, URN).networks;

function reasons(networks: PropertyValue, driver = "qemu", volumes = 0): string[] {
  const found: string[] = [];
  const inputs = withGuestNames(
    { networks, volumes: Array.from({ length: volumes }, () => "") },
    URN,
  );
  networkInputFailures(inputs, { name: driver }, (property, reason) =>
    found.push(`${property} ${reason}`),
  );
  return found;
}

test("a network alone stands for it with the guest's own name", () => {
  expect(named(["back-1", { network: "front-2", name: "db", address: null }])).toEqual([
    { network: "back-1", name: "my-db" },
    { network: "front-2", name: "db" },
  ]);
  expect(withGuestNames({ networks: [] }, URN)).toEqual({});
  expect(withGuestNames({}, URN)).toEqual({});
});

test("what is not known yet is not wrong", () => {
  expect(reasons([Unknown.instance, { network: Unknown.instance, name: "db" }])).toEqual([]);
  expect(reasons(Unknown.instance)).toEqual([]);
});

test.each<[PropertyValue, string]>([
  ["back-1", "networks must be a list of Networks"],
  [[7], "networks[0].network must be a Network or its id, not 7"],
  [["back-1", "back-1"], "networks[1].network is the same as networks[0]"],
  [[{ network: "back-1", name: "D B" }], "networks[0].name must be a name such as"],
  [[{ network: "back-1", address: "10.7" }], "networks[0].address must be an IPv4 address"],
  [
    [{ network: "back-1", nmae: "db" }],
    'networks[0].nmae a guest\'s network has no property "nmae"',
  ],
  [["a", "b", "c", "d"], "networks a guest can be in 3 networks, not in 4"],
])("%j is refused", (networks, reason) => {
  expect(reasons(networks)).toEqual([expect.stringContaining(reason)]);
});

test("a machine has room for so many devices", () => {
  expect(reasons(["back-1"], "qemu", 6)).toEqual([
    "networks a guest has room for 6 networks and volumes together",
  ]);
  expect(reasons(["back-1"], "sandbox", 6)).toEqual([]);
});

test("reads back what was checked", () => {
  const networks = named(["back-1", { network: "front-2", address: "10.8.0.9" }]);
  expect(wantedNetworks(networks)).toEqual([
    { network: "back-1", name: "my-db" },
    { network: "front-2", name: "my-db", address: "10.8.0.9" },
  ]);
});

test("other networks restart a guest, whose addresses stay otherwise", () => {
  const olds = { image: "sha256:1", networks: [{ network: "back-1", name: "db" }] };
  const news = { ...olds, networks: [{ network: "back-2", name: "db" }] };
  const { changes, stables } = guestChanges(olds, news);
  expect(changes).toEqual({ "networks[0].network": { kind: "update", inputDiff: true } });
  expect(stables).not.toContain("addresses");
  expect(guestChanges(olds, { ...olds, env: { A: "1" } }).stables).toContain("addresses");
});
