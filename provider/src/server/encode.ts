// From values.ts to the wire: property values become a protobuf Struct with Pulumi's signatures.
import structpb from "google-protobuf/google/protobuf/struct_pb.js";
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
import {
  ARCHIVE_SIGNATURE,
  ASSET_SIGNATURE,
  OUTPUT_SIGNATURE,
  RESOURCE_SIGNATURE,
  SECRET_SIGNATURE,
  SIGNATURE_KEY,
  UNKNOWN_STRING,
} from "./signatures.ts";

/** Properties whose value is undefined are left out, as JSON does. */
export function encodeStruct(map: PropertyMap): structpb.Struct {
  const struct = new structpb.Struct();
  const fields = struct.getFieldsMap();
  for (const [key, value] of Object.entries(map) as [string, PropertyValue | undefined][]) {
    if (value === undefined) continue;
    // google-protobuf keeps map entries as properties of an object and would lose this one.
    if (key === "__proto__") throw new Error('a property cannot have the name "__proto__"');
    fields.set(key, encodeValue(value));
  }
  return struct;
}

export function encodeValue(value: PropertyValue): structpb.Value {
  const wire = new structpb.Value();
  if (value === null) wire.setNullValue(structpb.NullValue.NULL_VALUE);
  else if (typeof value === "boolean") wire.setBoolValue(value);
  else if (typeof value === "number") wire.setNumberValue(value);
  else if (typeof value === "string") wire.setStringValue(value);
  else if (value instanceof Unknown) wire.setStringValue(UNKNOWN_STRING);
  else if (Array.isArray(value)) {
    const list = new structpb.ListValue();
    list.setValuesList(value.map(encodeValue));
    wire.setListValue(list);
  } else
    wire.setStructValue(encodeStruct(toFields(value as Exclude<typeof value, readonly unknown[]>)));
  return wire;
}

/** The object by which the protocol stands for a special value. */
function toFields(
  value: PropertyMap | Secret | Output | Asset | Archive | ResourceReference,
): PropertyMap {
  if (value instanceof Secret) return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value: value.value };
  if (value instanceof Output) {
    return {
      [SIGNATURE_KEY]: OUTPUT_SIGNATURE,
      ...(value.value === undefined ? {} : { value: value.value }),
      ...(value.secret ? { secret: true } : {}),
      ...(value.dependencies.length === 0 ? {} : { dependencies: value.dependencies }),
    };
  }
  if (value instanceof Asset) {
    return { [SIGNATURE_KEY]: ASSET_SIGNATURE, ...hashField(value.hash), ...value.source };
  }
  if (value instanceof Archive) {
    return { [SIGNATURE_KEY]: ARCHIVE_SIGNATURE, ...hashField(value.hash), ...value.source };
  }
  if (value instanceof ResourceReference) {
    return {
      [SIGNATURE_KEY]: RESOURCE_SIGNATURE,
      urn: value.urn,
      // An empty id says that there is one which is not known yet.
      ...(value.id === undefined ? {} : { id: value.id instanceof Unknown ? "" : value.id }),
      ...(value.packageVersion === "" ? {} : { packageVersion: value.packageVersion }),
    };
  }
  return value;
}

function hashField(hash: string | undefined): PropertyMap {
  return hash === undefined ? {} : { hash };
}
