import { expect, test } from "vitest";
import { platformProblem } from "./guest-machine.ts";

test.each([
  [{ name: "qemu" }, "kvm"],
  [{ name: "sandbox" }, "linux"],
  [{ name: "sandbox" }, undefined],
  [{ name: "libvirt", uri: "qemu:///system" }, "kvm"],
  [{ name: "libvirt", uri: "xen+tcp://host/system" }, "xen"],
])("the driver %j runs images of the platform %s", (driver, platform) => {
  expect(platformProblem(driver, platform)).toBeNull();
});

test("an image of another platform is refused, with both names", () => {
  expect(platformProblem({ name: "qemu" }, "linux")).toBe(
    'was built for the platform "linux", and the driver "qemu" runs images of the platform "kvm"; change one of the two',
  );
  expect(platformProblem({ name: "sandbox" }, "kvm")).toMatch(/"kvm".*"sandbox".*"linux"/);
  expect(platformProblem({ name: "libvirt", uri: "xen:///system" }, "kvm")).toMatch(
    /"kvm".*"libvirt" at xen:\/\/\/system runs.*"xen"/,
  );
});
