import { describe, expect, test } from "vitest";
import { type PropertyMap, Unknown } from "../values.ts";
import {
  changeFailures,
  volumeInputFailures,
  volumeInputs,
  volumeSource,
  withVolumeDefaults,
} from "./volume-inputs.ts";

const failuresOf = (news: PropertyMap) =>
  volumeInputFailures(withVolumeDefaults(news)).map(
    ({ property, reason }) => `${property}: ${reason}`,
  );

test("a size is enough, and a volume is protected unless it says otherwise", () => {
  const inputs = withVolumeDefaults({ size: "65536KiB" });
  expect(inputs).toEqual({ size: "64MiB", driver: "qemu", deletionProtection: true });
  expect(volumeInputFailures(inputs)).toEqual([]);
  expect(volumeInputs({ ...inputs, format: "qcow2", source: "other" })).toEqual({
    driver: { name: "qemu" },
    sizeBytes: 67_108_864,
    format: "qcow2",
    deletionProtection: true,
    source: { volume: "other" },
  });
});

test("in which network guests are changes nothing of a libvirt host's volume", () => {
  const driver = { name: "libvirt", uri: "qemu:///session", network: "default" };
  expect(withVolumeDefaults({ size: "1GiB", driver }).driver).toEqual({
    name: "libvirt",
    uri: "qemu:///session",
  });
});

test("a source with a slash is a file", () => {
  expect(volumeSource("./a.raw")).toEqual({ file: "./a.raw" });
  expect(volumeSource("/a/b.qcow2")).toEqual({ file: "/a/b.qcow2" });
  expect(volumeSource("data-0123456789")).toEqual({ volume: "data-0123456789" });
});

describe("failures", () => {
  test.each<PropertyMap>([
    { size: "64KiB" },
    { size: Unknown.instance, driver: Unknown.instance, format: Unknown.instance },
    { size: "1GiB", driver: "libvirt", format: "qcow2", deletionProtection: false, source: "./x" },
  ])("%j has none", (news) => {
    expect(failuresOf(news)).toEqual([]);
  });

  test.each<[PropertyMap, string]>([
    [{}, 'size: must be a size such as "64MiB" or "1GiB", not nothing'],
    [{ size: "60KiB" }, 'size: must be at least 64KiB and a multiple of 4KiB, not "60KiB"'],
    [{ size: "65537B" }, 'size: must be at least 64KiB and a multiple of 4KiB, not "65537B"'],
    [{ size: "1MiB", format: "vdi" }, 'format: must be "raw" or "qcow2", not "vdi"'],
    [
      { size: "1MiB", deletionProtection: "no" },
      'deletionProtection: must be true or false, not "no"',
    ],
    [{ size: "1MiB", source: "" }, 'source: must be a Volume, its id, or a file\'s path, not ""'],
    [{ size: "1MiB", seize: 1 }, 'seize: a Volume has no property "seize"; did you mean "size"?'],
  ])("%j is refused", (news, failure) => {
    expect(failuresOf(news)).toEqual([failure]);
  });
});

describe("what a volume may not become", () => {
  const olds = { ...withVolumeDefaults({ size: "64MiB" }), format: "raw" };
  const refused = (news: PropertyMap, before: PropertyMap = olds) =>
    changeFailures(before, { ...before, ...news }).map(({ property }) => property);

  test("smaller, even without protection", () => {
    expect(refused({ size: "32MiB" })).toEqual(["size"]);
    expect(refused({ size: "32MiB" }, { ...olds, deletionProtection: false })).toEqual(["size"]);
    expect(refused({ size: "128MiB" })).toEqual([]);
  });

  test("another one, unless it was unprotected before", () => {
    expect(refused({ format: "qcow2", source: "x", driver: "sandbox" })).toEqual([
      "driver",
      "format",
      "source",
    ]);
    expect(refused({ format: "qcow2", deletionProtection: false })).toEqual(["format"]);
    expect(refused({ format: "qcow2" }, { ...olds, deletionProtection: false })).toEqual([]);
    expect(refused({ format: Unknown.instance })).toEqual([]);
  });

  test("anything, when it is made", () => {
    expect(changeFailures({}, olds)).toEqual([]);
  });
});
