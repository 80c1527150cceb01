import { expect, test } from "vitest";
import { split } from "./console.ts";
import { chooseGuest, resourceName } from "./hosts.ts";
import { lastBytes } from "./logs.ts";
import { formatAge } from "./ps.ts";

const guests = [
  { id: "web-12", name: "web" },
  { id: "web-34", name: "web" },
  { id: "job-56", name: "job" },
];

test.each([
  ["job", "job-56"],
  ["web-12", "web-12"],
  ["web-3", "web-34"],
  ["j", "job-56"],
])("%s is the guest %s", (text, id) => {
  expect(chooseGuest(guests, text).id).toBe(id);
});

test.each([
  ["web", '"web" could be each of these; say its id:\n  web  web-12\n  web  web-34'],
  ["web-", '"web-" could be each of these; say its id:\n  web  web-12\n  web  web-34'],
  [
    "wep",
    'there is no guest "wep"; did you mean "web"? There are:\n  web  web-12\n  web  web-34\n  job  job-56',
  ],
  [
    "zzzzzzz",
    'there is no guest "zzzzzzz". There are:\n  web  web-12\n  web  web-34\n  job  job-56',
  ],
])("%s is no guest: who could be meant is listed", (text, message) => {
  expect(() => chooseGuest(guests, text)).toThrow(new Error(message));
});

test("a guest has the name of its resource", () => {
  const urn = "urn:pulumi:dev::shop::my:component$unikernel:index:Guest::front";
  expect(resourceName({ id: "front-1", owner: `${urn} of /program` })).toBe("front");
  expect(resourceName({ id: "front-1", owner: "somebody" })).toBe("front-1");
});

test.each([
  [0, "0s"],
  [59_999, "59s"],
  [60_000, "1m 0s"],
  [11_520_000, "3h 12m"],
  [2 * 86_400_000 + 60_000, "2d 0h"],
])("%i ms are %s", (milliseconds, text) => {
  expect(formatAge(milliseconds)).toBe(text);
});

test.each([
  ["a\nb\nc\n", 2, 4],
  ["a\nb\nc", 2, 3],
  ["a\n", 5, 2],
  ["ü\n", 1, 3],
  ["a\n", 0, 0],
  ["", 3, 0],
])("of %j the last %i lines take %i bytes", (text, lines, bytes) => {
  expect(lastBytes(text, lines)).toBe(bytes);
});

test("a terminal's keys", () => {
  expect(split(Buffer.from("ls\r\x1dmore"), true)).toEqual({
    forGuest: Buffer.from("ls\n"),
    leaves: true,
  });
  expect(split(Buffer.from("\x1d\r"), false)).toEqual({
    forGuest: Buffer.from("\x1d\r"),
    leaves: false,
  });
});
