import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { containsSecret, Output, Secret, Unknown, unwrap } from "../values.ts";
import { arbitraryMap, arbitraryValue } from "./arbitrary.ts";
import { markSecrets, protectState, redact, resolveOutputs, secretStrings } from "./secrets.ts";

describe("resolveOutputs", () => {
  it("turns outputs into values, unknowns and secrets", () => {
    expect(
      resolveOutputs([new Output("a", false, ["urn"]), new Output(undefined, true, [])]),
    ).toStrictEqual(["a", new Secret(Unknown.instance)]);
    expect(resolveOutputs(new Secret({ a: new Output(1, true, []) }))).toStrictEqual(
      new Secret({ a: new Secret(1) }),
    );
  });

  it("changes neither meaning nor secrecy", () => {
    fc.assert(
      fc.property(arbitraryValue, (value) => {
        const resolved = resolveOutputs(value);
        expect(unwrap(resolved)).toStrictEqual(unwrap(value));
        expect(containsSecret(resolved)).toBe(containsSecret(value));
      }),
    );
  });
});

describe("markSecrets", () => {
  it("marks the same property, deep inside objects and lists", () => {
    const inputs = { env: { A: "1", B: new Secret("2") }, list: [new Secret("x"), "y"], plain: 1 };
    const state = { env: { A: "1", B: "2" }, list: ["x", "y"], plain: 1, url: "http://" };
    expect(markSecrets(inputs, state)).toStrictEqual({
      env: { A: "1", B: new Secret("2") },
      list: [new Secret("x"), "y"],
      plain: 1,
      url: "http://",
    });
  });

  it("makes the nearest value around a secret secret when the shapes differ", () => {
    expect(markSecrets({ a: [new Secret(1)] }, { a: [1, 2] })).toStrictEqual({
      a: new Secret([1, 2]),
    });
    expect(markSecrets({ a: { b: new Secret(1) } }, { a: "text" })).toStrictEqual({
      a: new Secret("text"),
    });
  });

  it("leaves no string of a secret input in the open when a resource unwraps", () => {
    fc.assert(
      fc.property(arbitraryMap, (inputs) => {
        const open = new Set(openStrings(resolveOutputs(inputs)));
        const state = markSecrets(resolveOutputs(inputs), unwrap(resolveOutputs(inputs)));
        for (const text of openStrings(state)) expect(open).toContain(text);
      }),
      { numRuns: 300 },
    );
  });
});

function openStrings(value: unknown): string[] {
  if (value instanceof Secret) return [];
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(openStrings);
}

describe("redact", () => {
  it("replaces every secret, the longest first", () => {
    const secrets = secretStrings({
      a: new Secret(["hunter", "hunter22", { n: 12345 }]),
      b: "open",
    });
    expect(redact("hunter22 hunter open 12345", secrets)).toBe("[secret] [secret] open [secret]");
  });

  it("leaves secrets alone that are too short to find", () => {
    expect(redact("a1b", secretStrings(new Secret("1")))).toBe("a1b");
  });
});

describe("protectState", () => {
  it("makes a string secret that contains a secret input", () => {
    const inputs = { env: { PASSWORD: new Secret("correct horse") } };
    expect(
      protectState(
        { consoleLog: "starting\npassword is correct horse\n", url: "http://a" },
        inputs,
      ),
    ).toStrictEqual({
      consoleLog: new Secret("starting\npassword is correct horse\n"),
      url: "http://a",
    });
  });
});
