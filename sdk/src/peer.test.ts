import { expect, test } from "vitest";
import { fromPeer } from "./peer.ts";

test("a package that is not installed is named, with what to do", () => {
  expect(() => fromPeer("@pulumi/no-such-cloud", "ec2/ami.js")).toThrow(
    "this component needs the package @pulumi/no-such-cloud, which is not installed here: npm install @pulumi/no-such-cloud",
  );
});
