import { describe, expect, test } from "vitest";
import { type PropertyValue, Unknown } from "../values.ts";
import { attachedVolumes, normalVolumes, volumeFailures } from "./guest-volume-inputs.ts";

const failuresOf = (volumes: PropertyValue) => {
  const failures: string[] = [];
  volumeFailures(normalVolumes(volumes), (property, reason) =>
    failures.push(`${property}: ${reason}`),
  );
  return failures;
};

test("a volume is writable unless it says otherwise, and a path has one form", () => {
  const volumes = normalVolumes([{ volume: "a", path: "/data/", sizeBytes: null }]);
  expect(volumes).toEqual([{ volume: "a", path: "/data", readOnly: false }]);
  expect(attachedVolumes(volumes)).toEqual([{ volume: "a", path: "/data", readOnly: false }]);
});

describe("failures", () => {
  test.each<[string, PropertyValue]>([
    [
      "two volumes",
      [
        { volume: "a", path: "/a" },
        { volume: "b", path: "/ab", readOnly: true },
      ],
    ],
    ["nothing known", Unknown.instance],
    ["unknown volumes", [Unknown.instance, { volume: Unknown.instance, path: "/a" }]],
    ["a size", [{ volume: "a", path: "/a", sizeBytes: 1 }]],
    ["an odd name", [{ volume: "a", path: "/var/lib/a b=ü" }]],
  ])("%s has none", (_what, volumes) => {
    expect(failuresOf(volumes)).toEqual([]);
  });

  const one = { volume: "a", path: "/data" };
  test.each<[PropertyValue, string]>([
    [
      "/data",
      'volumes: must be a list of objects such as { volume: data, path: "/data" }, not "/data"',
    ],
    [["a"], 'volumes[0]: must be an object such as { volume: data, path: "/data" }, not "a"'],
    [[{ path: "/data" }], "volumes[0].volume: must be a Volume or its id, not nothing"],
    [
      [{ volume: "a" }],
      'volumes[0].path: must be an absolute path in the guest, such as "/data", not nothing',
    ],
    [
      [{ volume: "a", path: "/" }],
      'volumes[0].path: must be an absolute path in the guest, such as "/data", not "/"',
    ],
    [
      [{ volume: "a", path: "/a/../b" }],
      'volumes[0].path: must be a path without empty parts, "." and "..", not "/a/../b"',
    ],
    [
      [{ volume: "a", path: "/a\0b" }],
      "volumes[0].path: must be of at most 1024 bytes, without control characters",
    ],
    [[{ ...one, readOnly: 1 }], "volumes[0].readOnly: must be true or false, not 1"],
    [
      [{ ...one, paht: "x" }],
      'volumes[0].paht: a volume has no property "paht"; did you mean "path"?',
    ],
    [
      [one, { volume: "a", path: "/b" }],
      'volumes[1].volume: "a" is already attached by volumes[0]',
    ],
    [
      [one, { volume: "b", path: "/data/inside" }],
      'volumes[1].path: "/data/inside" and "/data" of volumes[0] overlap',
    ],
    [
      [one, { volume: "b", path: "/data" }],
      'volumes[1].path: "/data" and "/data" of volumes[0] overlap',
    ],
    [
      Array.from({ length: 7 }, (_, index) => ({ volume: `v${index}`, path: `/v${index}` })),
      "volumes: a guest has at most 6 volumes, not 7",
    ],
  ])("%j is refused", (volumes, failure) => {
    expect(failuresOf(volumes)).toEqual([failure]);
  });
});
