import { expect, test } from "vitest";
import { nearestName } from "./nearest.ts";

test.each([
  ["lwp", "lwip"],
  ["virtio_net", "virtio-net"],
  ["LWIP", "lwip"],
  ["sqlite", undefined],
])("%s: %s", (name, nearest) => {
  expect(nearestName(name, ["lwip", "httpd", "virtio-net", "musl"])).toBe(nearest);
});
