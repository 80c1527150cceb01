import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  contains,
  formatAddress,
  formatCidr,
  freeAddress,
  hardwareAddress,
  isGuestAddress,
  networkOf,
  networkSize,
  overlap,
  parseAddress,
  parseCidr,
} from "./cidr.ts";

const address = fc.nat(2 ** 32 - 1);
const network = fc
  .tuple(address, fc.integer({ min: 8, max: 30 }))
  .map(([address, bits]) => networkOf({ address, bits }));

test("addresses and networks are written as they are read", () => {
  fc.assert(fc.property(address, (one) => parseAddress(formatAddress(one)) === one));
  fc.assert(
    fc.property(network, (one) => {
      expect(parseCidr(formatCidr(one))).toEqual(one);
    }),
  );
});

test.each(["", "10.7.0", "10.7.0.0.0", "10.7.0.256", "10.07.0.1", "10.7.0.-1", "10.7.0.1 ", "a"])(
  "%j is no address",
  (text) => expect(parseAddress(text)).toBeUndefined(),
);

test.each(["10.7.0.0", "10.7.0.0/", "10.7.0.0/33", "10.7.0.0/-1", "10.7/16", "10.7.0.0/24/1"])(
  "%j is no network",
  (text) => expect(parseCidr(text)).toBeUndefined(),
);

test("two networks overlap exactly when an address is in both", () => {
  fc.assert(
    fc.property(network, network, address, (one, other, shared) => {
      const isInBoth = contains(one, shared) && contains(other, shared);
      return !isInBoth || overlap(one, other);
    }),
  );
  const [left, right, whole] = ["10.7.0.0/25", "10.7.0.128/25", "10.7.0.0/24"].map(parseCidr);
  if (!left || !right || !whole) throw new Error("these are networks");
  expect([overlap(left, right), overlap(left, whole), overlap(whole, right)]).toEqual([
    false,
    true,
    true,
  ]);
});

describe("addresses for guests", () => {
  const small = { address: parseAddress("10.7.0.0") ?? 0, bits: 29 };

  test("are given in order, without the network's, the switch's and everybody's", () => {
    const taken = new Set<number>();
    const given: string[] = [];
    for (;;) {
      const free = freeAddress(small, taken);
      if (free === undefined) break;
      taken.add(free);
      given.push(formatAddress(free));
    }
    expect(given).toEqual(["10.7.0.2", "10.7.0.3", "10.7.0.4", "10.7.0.5", "10.7.0.6"]);
  });

  test("are those that a program may give", () => {
    const inside = Array.from({ length: networkSize(small) }, (_, index) => small.address + index);
    expect(inside.filter((one) => isGuestAddress(small, one)).map(formatAddress)).toHaveLength(5);
    expect(isGuestAddress(small, small.address + 8)).toBe(false);
  });

  test("make hardware addresses of one interface that nobody has assigned", () => {
    expect(hardwareAddress(parseAddress("10.7.0.2") ?? 0)).toBe("02:67:0a:07:00:02");
  });
});
