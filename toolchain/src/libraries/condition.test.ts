import { expect, test } from "vitest";
import { evaluateCondition } from "./condition.ts";

const values = new Map([
  ["ON", "y"],
  ["OFF", "n"],
  ["SIZE", "64"],
]);

test.each([
  ["ON", true],
  ["OFF", false],
  ["UNKNOWN", false],
  ["!OFF", true],
  ["ON && OFF", false],
  ["OFF || ON && !OFF", true],
  ["!(ON && SIZE=64)", false],
  ["SIZE != 32", true],
  ['SIZE = "64"', true],
])("%s is %s", (condition, expected) => {
  expect(evaluateCondition(condition, values, "x/library.json")).toBe(expected);
});

test.each(["", "ON &&", "(ON", "ON ON", "on", "ON & OFF", "SIZE="])("refuses %j", (condition) => {
  expect(() => evaluateCondition(condition, values, "x/library.json")).toThrow(
    `x/library.json: when: "${condition}": `,
  );
});
