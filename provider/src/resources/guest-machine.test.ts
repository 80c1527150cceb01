import { expect, test } from "vitest";
import { platformProblem } from "./guest-machine.ts";

test.each([
  ["qemu", "kvm"],
  ["sandbox", "linux"],
  ["sandbox", undefined],
])("the driver %s runs images of the platform %s", (driver, platform) => {
  expect(platformProblem(driver, platform)).toBeNull();
});

test("an image of another platform is refused, with both names", () => {
  expect(platformProblem("qemu", "linux")).toBe(
    'was built for the platform "linux", and the driver "qemu" runs images of the platform "kvm"; change one of the two',
  );
  expect(platformProblem("sandbox", "kvm")).toMatch(/"kvm".*"sandbox".*"linux"/);
});
