// decode(encode(x)) is x for every value, over the bytes that really travel.
import fc from "fast-check";
import structpb from "google-protobuf/google/protobuf/struct_pb.js";
import { describe, expect, it } from "vitest";
import {
  Archive,
  Asset,
  Output,
  type PropertyMap,
  type PropertyValue,
  ResourceReference,
  Secret,
  Unknown,
} from "../values.ts";
import { arbitraryMap } from "./arbitrary.ts";
import { decodeStruct, decodeValue } from "./decode.ts";
import { encodeStruct, encodeValue } from "./encode.ts";
import * as signatures from "./signatures.ts";

function overTheWire(map: PropertyMap): PropertyMap {
  const bytes = encodeStruct(map).serializeBinary();
  return decodeStruct(structpb.Struct.deserializeBinary(bytes));
}

function fromPlain(value: structpb.JavaScriptValue): PropertyValue {
  return decodeValue(structpb.Value.fromJavaScript(value));
}

describe("property values", () => {
  it("come back from the wire as they were", () => {
    fc.assert(
      fc.property(arbitraryMap, (map) => {
        expect(overTheWire(map)).toStrictEqual(map);
      }),
      { numRuns: 500 },
    );
  });

  it("keep keys that JavaScript objects inherit", () => {
    const map = { constructor: 1, toString: "x", hasOwnProperty: null } as unknown as PropertyMap;
    expect(overTheWire(map)).toStrictEqual(map);
  });

  it("refuse the one key that the protobuf library loses", () => {
    const map = Object.fromEntries([["__proto__", 1]]);
    expect(() => encodeStruct(map)).toThrow('a property cannot have the name "__proto__"');
  });

  it("leave out what is undefined", () => {
    const map = { a: 1, b: undefined } as unknown as PropertyMap;
    expect(overTheWire(map)).toStrictEqual({ a: 1 });
  });
});

describe("what the engine sends", () => {
  it("is Unknown for the mark of every type", () => {
    for (const mark of signatures.UNKNOWN_STRINGS) {
      expect(fromPlain(mark)).toBe(Unknown.instance);
    }
  });

  it("is one secret when secrets nest", () => {
    const inner = { [signatures.SIGNATURE_KEY]: signatures.SECRET_SIGNATURE, value: "s" };
    const outer = { [signatures.SIGNATURE_KEY]: signatures.SECRET_SIGNATURE, value: inner };
    expect(fromPlain(outer)).toStrictEqual(new Secret("s"));
  });

  it("is an asset without contents when only its hash is there", () => {
    const elided = { [signatures.SIGNATURE_KEY]: signatures.ASSET_SIGNATURE, hash: "ab" };
    expect(fromPlain(elided)).toStrictEqual(new Asset({ text: "" }, "ab"));
    const archive = { [signatures.SIGNATURE_KEY]: signatures.ARCHIVE_SIGNATURE, hash: "ab" };
    expect(fromPlain(archive)).toStrictEqual(new Archive({ assets: {} }, "ab"));
  });

  it("ignores empty fields of assets", () => {
    const asset = {
      [signatures.SIGNATURE_KEY]: signatures.ASSET_SIGNATURE,
      hash: "",
      text: "",
      path: "a",
      uri: "",
    };
    expect(fromPlain(asset)).toStrictEqual(new Asset({ path: "a" }));
  });

  it("is an unknown output when it has no value or an unknown one", () => {
    const output = { [signatures.SIGNATURE_KEY]: signatures.OUTPUT_SIGNATURE, secret: true };
    expect(fromPlain(output)).toStrictEqual(new Output(undefined, true, []));
    const unknown = { ...output, value: signatures.UNKNOWN_ARRAY, dependencies: ["urn:a"] };
    expect(fromPlain(unknown)).toStrictEqual(new Output(undefined, true, ["urn:a"]));
  });

  it("is a reference whose id may be absent, unknown or known", () => {
    const reference = { [signatures.SIGNATURE_KEY]: signatures.RESOURCE_SIGNATURE, urn: "urn:a" };
    expect(fromPlain(reference)).toStrictEqual(new ResourceReference("urn:a", undefined));
    for (const id of ["", signatures.UNKNOWN_STRING]) {
      expect(fromPlain({ ...reference, id })).toStrictEqual(
        new ResourceReference("urn:a", Unknown.instance),
      );
    }
    expect(fromPlain({ ...reference, id: "i", packageVersion: "1" })).toStrictEqual(
      new ResourceReference("urn:a", "i", "1"),
    );
  });

  it.each([
    [{ value: "x" }, "the unknown signature nonsense", "nonsense"],
    [{}, "a secret without a value", signatures.SECRET_SIGNATURE],
    [{ secret: 1 }, "`secret` is not a boolean", signatures.OUTPUT_SIGNATURE],
    [{ dependencies: [1] }, "`dependencies` is not a list of strings", signatures.OUTPUT_SIGNATURE],
    [{ path: 1 }, "`path` is not a string", signatures.ASSET_SIGNATURE],
    [{ assets: 1 }, "`assets` is not an object", signatures.ARCHIVE_SIGNATURE],
    [{ assets: { a: 1 } }, "neither an asset nor an archive", signatures.ARCHIVE_SIGNATURE],
    [{}, "a resource reference without a urn", signatures.RESOURCE_SIGNATURE],
    [{ urn: "u", id: 1 }, "`id` is not a string", signatures.RESOURCE_SIGNATURE],
  ])("is refused with its path when malformed: %j", (fields, message, signature) => {
    const value = { [signatures.SIGNATURE_KEY]: signature, ...fields } as structpb.JavaScriptValue;
    const struct = structpb.Struct.fromJavaScript({ a: [{ b: value }] });
    expect(() => decodeStruct(struct)).toThrow("malformed value for a[0].b: ");
    expect(() => decodeStruct(struct)).toThrow(message);
  });

  it("is null where a value has no kind", () => {
    expect(decodeValue(new structpb.Value())).toBeNull();
    expect(decodeStruct(undefined)).toStrictEqual({});
  });

  it("keeps text that is not a mark", () => {
    expect(decodeValue(encodeValue("04da6b54"))).toBe("04da6b54");
  });
});
