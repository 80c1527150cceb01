import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PropertyMap, Secret } from "../values.ts";
import { arbitraryMap } from "./arbitrary.ts";
import { ignoreChanges, parsePropertyPath } from "./property-path.ts";

describe("parsePropertyPath", () => {
  it.each([
    ["a", ["a"]],
    ["a.b[0].c", ["a", "b", 0, "c"]],
    ['a["b.c"]', ["a", "b.c"]],
    ['["a\\"b"].c', ['a"b', "c"]],
    ["a[*].b", ["a", "*", "b"]],
    ["a.*", ["a", "*"]],
    ["*", ["*"]],
    ["", []],
    [".a", null],
    ["a[", null],
    ["a[-1]", null],
    ['a["b', null],
  ])("%s", (text, path) => {
    expect(parsePropertyPath(text)).toStrictEqual(path);
  });
});

describe("ignoreChanges", () => {
  const olds = { hash: "old", ports: [{ host: 1, guest: 1 }], env: { A: "1", B: new Secret("2") } };
  const news = {
    hash: "new",
    ports: [{ host: 2, guest: 2 }],
    env: { A: "3", C: "4" },
    added: true,
  };

  it.each<[string[], PropertyMap]>([
    [["hash"], { ...news, hash: "old" }],
    [["added"], { hash: news.hash, ports: news.ports, env: news.env }],
    [["ports[0].host"], { ...news, ports: [{ host: 1, guest: 2 }] }],
    [["ports[*].guest"], { ...news, ports: [{ host: 2, guest: 1 }] }],
    [["ports[3]"], news],
    [["env.B"], { ...news, env: { A: "3", B: new Secret("2"), C: "4" } }],
    [["env.C"], { ...news, env: { A: "3" } }],
    [["env.*"], { ...news, env: olds.env }],
    [["hash", "env.A"], { ...news, hash: "old", env: { A: "1", C: "4" } }],
    [["nowhere.at.all", "[", ""], news],
  ])("%j", (ignored, expected) => {
    expect(ignoreChanges(olds, news, ignored)).toStrictEqual(expected);
  });

  it("keeps what was secret secret", () => {
    const secret = { env: new Secret({ A: "1" }) };
    expect(ignoreChanges(secret, { env: { A: "2", B: "3" } }, ["env.A"])).toStrictEqual({
      env: { A: new Secret("1"), B: "3" },
    });
    expect(ignoreChanges(secret, { env: new Secret({ A: "2" }) }, ["env.A"])).toStrictEqual(secret);
  });

  it("ignores everything with *, and nothing when nothing changed", () => {
    fc.assert(
      fc.property(arbitraryMap, arbitraryMap, (old, value) => {
        expect(ignoreChanges(old, value, ["*"])).toStrictEqual(old);
        expect(ignoreChanges(value, value, Object.keys(value))).toStrictEqual(value);
      }),
    );
  });
});
