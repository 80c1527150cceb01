// When an image is kept and let go, by the order of what the driver and the store are asked for.
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Driver, GuestSpec } from "./driver.ts";
import { KeepingDriver } from "./keeping-driver.ts";

const signal = new AbortController().signal;
let steps: string[];
let fails: boolean;
let driver: KeepingDriver;

beforeEach(() => {
  steps = [];
  fails = false;
  const inner = {
    name: "inner",
    async apply(spec: GuestSpec) {
      steps.push(`apply ${spec.id}`);
      return { state: "running", ports: [] } as const;
    },
    async remove(id: string) {
      if (fails) throw new Error("cannot be stopped");
      steps.push(`remove ${id}`);
    },
  } as unknown as Driver;
  driver = new KeepingDriver(inner, {
    keep: async (id, digest) => void steps.push(`keep ${id} ${digest}`),
    release: async (id) => void steps.push(`release ${id}`),
  });
});
afterEach(() => expect(driver.name).toBe("inner"));

const spec = { id: "web", digest: "sha256:1", imagePath: import.meta.filename } as GuestSpec;

test("an image is kept before its guest starts and until after it is removed", async () => {
  await driver.apply(spec, signal);
  await driver.remove("web");
  expect(steps).toEqual(["keep web sha256:1", "apply web", "remove web", "release web"]);
});

test("a guest that cannot be removed keeps its image", async () => {
  fails = true;
  await expect(driver.remove("web")).rejects.toThrow("cannot be stopped");
  expect(steps).toEqual([]);
});

test("an image that went before it was kept is told, and nothing starts", async () => {
  const gone = { ...spec, imagePath: "/nonexistent" };
  await expect(driver.apply(gone, signal)).rejects.toThrow("sha256:1 was removed from the store");
  expect(steps).toEqual(["keep web sha256:1"]);
});
