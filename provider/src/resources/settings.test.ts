import { expect, test } from "vitest";
import { type PropertyMap, Secret, Unknown } from "../values.ts";
import { guestDefaults, readSettings, settingFailures } from "./settings.ts";

test.each<[PropertyMap]>([
  [{}],
  [{ driver: "sandbox", accelerator: "tcg", store: "/var/store", parallelism: 3 }],
  [{ driver: { name: "libvirt", uri: "qemu:///session" } }],
  // As the configuration of a stack has it.
  [{ driver: '{"name":"libvirt"}', parallelism: "3" }],
  [{ driver: Unknown.instance, store: Unknown.instance, parallelism: null }],
  [{ store: new Secret("/var/store") }],
])("takes %j", (settings) => {
  expect(settingFailures(settings)).toEqual([]);
});

test.each<[PropertyMap, string, string]>([
  [
    { drivr: "qemu" },
    "drivr",
    'the unikernel provider has no setting named "drivr"; did you mean "driver"?',
  ],
  [{ driver: "vmware" }, "driver", 'must be "qemu" or "libvirt" or "sandbox", not "vmware"'],
  [
    { driver: { name: "libvirt", uri: "nonsense" } },
    "driver.uri",
    'must be a libvirt URI such as "qemu:///system", "qemu+ssh://user@host/system" or "xen:///system", not "nonsense"',
  ],
  [{ accelerator: "fast" }, "accelerator", 'must be "auto" or "kvm" or "tcg", not "fast"'],
  [{ store: "store" }, "store", 'must be an absolute path, not "store"'],
  [{ parallelism: "many" }, "parallelism", 'must be a whole number from 1 to 1024, not "many"'],
  [{ parallelism: 0 }, "parallelism", "must be a whole number from 1 to 1024, not 0"],
])("refuses %j", (settings, property, reason) => {
  expect(settingFailures(settings)).toEqual([{ property, reason }]);
});

test("reads what a stack's configuration says", () => {
  const settings = { driver: '{"name":"libvirt"}', parallelism: "3", version: "1.0.0" };
  expect(readSettings(settings)).toEqual({
    driver: { name: "libvirt", uri: "qemu:///system" },
    parallelism: 3,
  });
});

test("a process has no accelerator, whoever says that it is one", () => {
  const settings = { driver: "sandbox", accelerator: "tcg" } as const;
  expect(guestDefaults(settings)).toEqual({ driver: "sandbox" });
  expect(guestDefaults(settings, { driver: "qemu" })).toEqual(settings);
  expect(guestDefaults({ accelerator: "tcg" }, { driver: "sandbox" })).toEqual({});
});
