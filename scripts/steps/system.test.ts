import { expect, test } from "vitest";
import { aptCommands, missingPrograms } from "./system.ts";

test("asks for the package of each missing program and for nothing that is there", () => {
  const missing = missingPrograms((program) =>
    program === "xz" ? undefined : `/usr/bin/${program}`,
  );
  expect(missing.map((entry) => entry.package)).toEqual(["xz-utils"]);
});

test("looks for other programs when it is told which", () => {
  const wanted = [{ program: "one", package: "first", purpose: "tests" }];
  expect(missingPrograms(() => undefined, wanted)).toEqual(wanted);
  expect(missingPrograms((program) => `/usr/bin/${program}`, wanted)).toEqual([]);
});

test("installs without questions and without recommended packages", () => {
  const [update, install] = aptCommands(["xz-utils"]);
  expect(update).toEqual(["apt-get", "update", "-q"]);
  expect(install).toContain("-y");
  expect(install).toContain("--no-install-recommends");
  expect(install?.at(-1)).toBe("xz-utils");
});
