import { expect, test } from "vitest";
import type { PropertyMap } from "../values.ts";
import { Unknown } from "../values.ts";
import {
  lifecycleFailures,
  lifecycleInputs,
  lifecycleOf,
  normalRestart,
} from "./guest-lifecycle-inputs.ts";

function failures(inputs: PropertyMap, driver: string | undefined = "qemu"): string[] {
  const found: string[] = [];
  const plain = { shutdownTimeout: "10s", restart: "no", ...inputs };
  lifecycleFailures(plain, driver, (property, reason) => found.push(`${property} ${reason}`));
  return found;
}

test.each<[PropertyMap]>([
  [{}],
  [{ shutdownTimeout: "0s", restart: "always" }],
  [
    {
      shutdownTimeout: "1500ms",
      restart: { policy: "on-failure", maxRetries: 3, backoff: "10ms" },
    },
  ],
  [{ shutdownTimeout: Unknown.instance, restart: Unknown.instance }],
])("takes %j", (inputs) => {
  expect(failures(inputs)).toEqual([]);
});

test.each<[PropertyMap, string]>([
  [
    { shutdownTimeout: "soon" },
    'shutdownTimeout must be a duration such as "10s", or "0s" to kill, not "soon"',
  ],
  [
    { shutdownTimeout: 10 },
    'shutdownTimeout must be a duration such as "10s", or "0s" to kill, not 10',
  ],
  [{ shutdownTimeout: "2h" }, 'shutdownTimeout must be at most 3600s, not "2h"'],
  [{ restart: "yes" }, 'restart must be "no" or "on-failure" or "always", not "yes"'],
  [
    { restart: { maxRetries: 1 } },
    'restart.policy must be "no" or "on-failure" or "always", not nothing',
  ],
  [
    { restart: { policy: "always", maxRetrys: 1 } },
    'restart.maxRetrys restart has no property "maxRetrys"; did you mean "maxRetries"?',
  ],
  [
    { restart: { policy: "always", maxRetries: 0 } },
    "restart.maxRetries must be a whole number from 1 on, not 0",
  ],
  [
    { restart: { policy: "always", backoff: "2m" } },
    'restart.backoff must be at most 60s, not "2m"',
  ],
])("refuses %j", (inputs, reason) => {
  expect(failures(inputs)).toEqual([reason]);
});

test("libvirt starts guests again without counting and without waiting", () => {
  expect(failures({ restart: "always" }, "libvirt")).toEqual([]);
  const choosy = { policy: "on-failure", maxRetries: 3, backoff: "10ms" };
  const reason =
    'cannot be chosen with the driver "libvirt", whose host starts a guest again each time, a second after it ended; leave it out';
  expect(failures({ restart: choosy }, "libvirt")).toEqual([
    `restart.maxRetries ${reason}`,
    `restart.backoff ${reason}`,
  ]);
  expect(failures({}, "libvirt")).toEqual([]);
  expect(failures({ restart: "always" }, undefined)).toEqual([]);
});

test("the same said in other words is the same", () => {
  expect(normalRestart({ policy: "always", backoff: "1s" })).toBe("always");
  expect(normalRestart({ policy: "always", maxRetries: 2, backoff: "1s" })).toEqual({
    policy: "always",
    maxRetries: 2,
  });
});

test.each<[PropertyMap]>([
  [{ shutdownTimeout: "10s", restart: "no" }],
  [{ shutdownTimeout: "1500ms", restart: { policy: "always", maxRetries: 3, backoff: "20ms" } }],
])("a guest that is imported has the inputs %j again", (inputs) => {
  expect(lifecycleInputs(lifecycleOf(inputs))).toEqual(inputs);
});
