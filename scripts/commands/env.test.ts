import { expect, test } from "vitest";
import { shellLines } from "./env.ts";

test("quotes what a shell would take apart", () => {
  expect(shellLines({ PATH: "/a b:/it's" }, [])).toEqual(["export PATH='/a b:/it'\\''s'"]);
});

test("takes away what would point Pulumi elsewhere", () => {
  expect(shellLines({}, ["PULUMI_BACKEND_URL"])).toEqual(["unset PULUMI_BACKEND_URL"]);
});
