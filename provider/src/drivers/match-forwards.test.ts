import { expect, test } from "vitest";
import type { PortForward } from "./driver.ts";
import { matchForwards } from "./match-forwards.ts";

const tcp = (host: number, guest: number): PortForward => ({
  host,
  guest,
  protocol: "tcp",
  address: "127.0.0.1",
});

test("chosen ports are not confused with fixed ones", () => {
  const found = [tcp(8080, 80), tcp(40001, 80)];
  expect(matchForwards([tcp(0, 80), tcp(8080, 80)], found)).toEqual([
    tcp(40001, 80),
    tcp(8080, 80),
  ]);
  expect(matchForwards([tcp(8081, 80), tcp(0, 81)], found)).toEqual([null, null]);
});
