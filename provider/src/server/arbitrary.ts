// Random property values for property tests: every kind, nested.
import fc from "fast-check";
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
import { SIGNATURE_KEY, UNKNOWN_STRINGS } from "./signatures.ts";

const text = fc
  .string({ unit: "binary", maxLength: 20 })
  .filter((value) => !UNKNOWN_STRINGS.has(value));
const name = text.filter((value) => value !== "");
const key = text.filter((value) => value !== SIGNATURE_KEY && value !== "__proto__");
const hash = fc.option(fc.stringMatching(/^[0-9a-f]{8}$/), { nil: undefined });

function record<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(fields, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const asset = fc
  .tuple(fc.oneof(record({ text }), record({ path: name }), record({ uri: name })), hash)
  .map(([source, digest]) => new Asset(source, digest));

const archive: fc.Arbitrary<Archive> = fc.letrec<{ archive: Archive }>((tie) => ({
  archive: fc
    .tuple(
      fc.oneof(
        { depthSize: "small" },
        record({ path: name }),
        record({ uri: name }),
        record({
          assets: fc.dictionary(key, fc.oneof(asset, tie("archive")), {
            maxKeys: 3,
            noNullPrototype: true,
          }),
        }),
      ),
      hash,
    )
    .map(([source, digest]) => new Archive(source, digest)),
})).archive;

const reference = fc
  .tuple(
    name,
    fc.oneof(fc.constant(undefined), fc.constant(Unknown.instance), name),
    fc.oneof(fc.constant(""), name),
  )
  .map(([urn, id, version]) => new ResourceReference(urn, id, version));

const values = fc.letrec<{ value: PropertyValue; map: PropertyMap }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    text,
    fc.constant(Unknown.instance),
    asset,
    archive,
    reference,
    fc.array(tie("value"), { maxLength: 4 }),
    tie("map"),
    tie("value").map((value) => new Secret(value)),
    fc
      .tuple(
        fc.oneof(
          fc.constant(undefined),
          tie("value").filter((value) => !(value instanceof Unknown)),
        ),
        fc.boolean(),
        fc.array(name, { maxLength: 2 }),
      )
      .map(([value, secret, dependencies]) => new Output(value, secret, dependencies)),
  ),
  map: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
}));

export const arbitraryValue: fc.Arbitrary<PropertyValue> = values.value;
export const arbitraryMap: fc.Arbitrary<PropertyMap> = values.map;
