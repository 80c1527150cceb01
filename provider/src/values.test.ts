import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryValue } from "./server/arbitrary.ts";
import {
  Archive,
  Asset,
  containsSecret,
  containsUnknown,
  mapElements,
  Output,
  type PropertyValue,
  ResourceReference,
  Secret,
  sameValue,
  Unknown,
  unwrap,
} from "./values.ts";

describe("Secret", () => {
  it("does not nest", () => {
    expect(new Secret(new Secret(1)).value).toBe(1);
  });
});

describe("unwrap", () => {
  it("leaves neither secrets nor outputs", () => {
    fc.assert(
      fc.property(arbitraryValue, (value) => {
        expect(containsSecret(unwrap(value))).toBe(false);
        expect(containsUnknown(unwrap(value))).toBe(containsUnknown(value));
      }),
    );
  });

  it("gives Unknown for an output that is not known", () => {
    expect(unwrap({ a: new Output(undefined, true, []) })).toStrictEqual({ a: Unknown.instance });
  });
});

describe("sameValue", () => {
  it("is true for a value and itself unless something is not known", () => {
    const certain = arbitraryValue.filter((value) => !hasUnknown(value));
    fc.assert(
      fc.property(certain, (value) => {
        expect(sameValue(value, value)).toBe(true);
      }),
    );
    expect(sameValue(Unknown.instance, Unknown.instance)).toBe(false);
  });

  /** A reference's unknown id does not matter: the urn says which resource it is. */
  function hasUnknown(value: PropertyValue): boolean {
    const known = (inner: PropertyValue): PropertyValue =>
      inner instanceof ResourceReference ? inner.urn : mapElements(inner, known);
    return containsUnknown(known(unwrap(value)));
  }

  it("looks through secrets", () => {
    expect(sameValue(new Secret({ a: 1 }), { a: new Output(1, false, []) })).toBe(true);
  });

  it("compares assets by their hash when both have one", () => {
    expect(sameValue(new Asset({ text: "" }, "a"), new Asset({ path: "x" }, "a"))).toBe(true);
    expect(sameValue(new Archive({ path: "x" }, "a"), new Archive({ path: "x" }, "b"))).toBe(false);
    expect(sameValue(new Asset({ path: "x" }), new Asset({ path: "x" }, "b"))).toBe(true);
    expect(sameValue(new Asset({ path: "x" }), new Archive({ path: "x" }))).toBe(false);
  });

  it("tells null from absent and lists from objects", () => {
    expect(sameValue({ a: null }, {})).toBe(false);
    expect(sameValue({ a: null }, { b: null })).toBe(false);
    expect(sameValue([], {})).toBe(false);
    expect(sameValue([1], [1, 2])).toBe(false);
    expect(sameValue(0, -0)).toBe(true);
  });
});
