import { expect, test } from "vitest";
import { parseCidr } from "./cidr.ts";
import { membersText, named, type Place } from "./members.ts";
import { guestName, isGuestName } from "./names.ts";

const place = (address: string, name: string, changes: Partial<Place> = {}): Place => ({
  ...{ address, name, guest: `${name}-1`, owner: `urn:${name}` },
  ...{ claimedMs: 1, takenMs: 0, kind: "stream", index: 0, others: [] },
  ...changes,
});
const network = parseCidr("10.7.0.0/24") ?? { address: 0, bits: 0 };

test("writes guests by address, names, and where else a guest may look names up", () => {
  const places = [
    place("10.7.0.10", "web", { kind: "handed", index: 1, others: ["front-2"] }),
    place("10.7.0.9", "db"),
  ];
  expect(membersText(network, places)).toBe(
    [
      "network 10.7.0.0/24",
      "stream 10.7.0.9 02:67:0a:07:00:09 ../../guests/db-1/net-1.sock",
      "handed 10.7.0.10 02:67:0a:07:00:0a ../../guests/web-1/net-2.sock",
      "name db 10.7.0.9",
      "name web 10.7.0.10",
      "also 10.7.0.10 ../front-2/members",
      "",
    ].join("\n"),
  );
  expect(membersText(network, places.toReversed())).toBe(membersText(network, places));
});

test("a name is the first guest's until another has taken it over", () => {
  const first = place("10.7.0.2", "db", { guest: "first" });
  const second = place("10.7.0.3", "db", { guest: "second" });
  expect(named([first, second]).get("db")?.guest).toBe("first");
  expect(named([first, { ...second, takenMs: 5 }]).get("db")?.guest).toBe("second");
  expect(
    named([
      { ...first, takenMs: 6 },
      { ...second, takenMs: 5 },
    ]).get("db")?.guest,
  ).toBe("first");
});

test.each([
  ["db", "db"],
  ["My_Web Server", "my-web-server"],
  ["-x-", "x"],
  ["ü", "guest"],
  ["a".repeat(70), "a".repeat(63)],
])("a resource %j is called %j", (resource, name) => {
  expect(guestName(resource)).toBe(name);
  expect(isGuestName(name)).toBe(true);
});
