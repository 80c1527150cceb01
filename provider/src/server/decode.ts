// From the wire to values.ts: a protobuf Struct with Pulumi's signatures becomes property values.
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
  UNKNOWN_STRINGS,
} from "./signatures.ts";

/** A message from the engine that breaks the protocol; `path` is where. */
export class DecodeError extends Error {
  constructor(path: string, what: string) {
    super(`the engine sent a malformed value${path === "" ? "" : ` for ${path}`}: ${what}`);
    this.name = "DecodeError";
  }
}

/** An absent Struct is an empty map. */
export function decodeStruct(struct: structpb.Struct | undefined): PropertyMap {
  return struct === undefined ? {} : decodeFields(struct, "");
}

function decodeFields(struct: structpb.Struct, path: string): Record<string, PropertyValue> {
  const entries: [string, PropertyValue][] = [];
  struct.getFieldsMap().forEach((value, key) => {
    entries.push([key, decodeValue(value, path === "" ? key : `${path}.${key}`)]);
  });
  return Object.fromEntries(entries);
}

export function decodeValue(value: structpb.Value, path = ""): PropertyValue {
  switch (value.getKindCase()) {
    case structpb.Value.KindCase.BOOL_VALUE:
      return value.getBoolValue();
    case structpb.Value.KindCase.NUMBER_VALUE:
      return value.getNumberValue();
    case structpb.Value.KindCase.STRING_VALUE: {
      const text = value.getStringValue();
      return UNKNOWN_STRINGS.has(text) ? Unknown.instance : text;
    }
    case structpb.Value.KindCase.LIST_VALUE:
      return (value.getListValue()?.getValuesList() ?? []).map((element, index) =>
        decodeValue(element, `${path}[${index}]`),
      );
    case structpb.Value.KindCase.STRUCT_VALUE: {
      const struct = value.getStructValue();
      return struct === undefined ? {} : recognise(decodeFields(struct, path), path);
    }
    default:
      return null;
  }
}

/** Turns an object that carries a signature into what the signature says. */
function recognise(fields: Record<string, PropertyValue>, path: string): PropertyValue {
  if (!Object.hasOwn(fields, SIGNATURE_KEY)) return fields;
  switch (fields[SIGNATURE_KEY]) {
    case SECRET_SIGNATURE:
      if (!Object.hasOwn(fields, "value")) throw new DecodeError(path, "a secret without a value");
      return new Secret(fields.value ?? null);
    case OUTPUT_SIGNATURE:
      return decodeOutput(fields, path);
    case ASSET_SIGNATURE:
      return decodeAsset(fields, path);
    case ARCHIVE_SIGNATURE:
      return decodeArchive(fields, path);
    case RESOURCE_SIGNATURE:
      return decodeReference(fields, path);
    default:
      throw new DecodeError(path, `the unknown signature ${String(fields[SIGNATURE_KEY])}`);
  }
}

function decodeOutput(fields: Record<string, PropertyValue>, path: string): Output {
  const value = fields.value;
  const secret = fields.secret ?? false;
  const dependencies = fields.dependencies ?? [];
  if (typeof secret !== "boolean") throw new DecodeError(path, "`secret` is not a boolean");
  if (
    !Array.isArray(dependencies) ||
    !dependencies.every((urn): urn is string => typeof urn === "string")
  ) {
    throw new DecodeError(path, "`dependencies` is not a list of strings");
  }
  return new Output(value instanceof Unknown ? undefined : value, secret, dependencies);
}

function optionalString(
  fields: Record<string, PropertyValue>,
  name: string,
  path: string,
): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw new DecodeError(path, `\`${name}\` is not a string`);
  return value;
}

function decodeAsset(fields: Record<string, PropertyValue>, path: string): Asset {
  const hash = optionalString(fields, "hash", path);
  const file = optionalString(fields, "path", path);
  if (file !== undefined) return new Asset({ path: file }, hash);
  const uri = optionalString(fields, "uri", path);
  if (uri !== undefined) return new Asset({ uri }, hash);
  // The engine leaves out the text when it is empty, and when it elides contents.
  return new Asset({ text: optionalString(fields, "text", path) ?? "" }, hash);
}

function decodeArchive(fields: Record<string, PropertyValue>, path: string): Archive {
  const hash = optionalString(fields, "hash", path);
  const file = optionalString(fields, "path", path);
  if (file !== undefined) return new Archive({ path: file }, hash);
  const uri = optionalString(fields, "uri", path);
  if (uri !== undefined) return new Archive({ uri }, hash);
  const members = fields.assets ?? {};
  if (typeof members !== "object" || members === null) {
    throw new DecodeError(path, "`assets` is not an object");
  }
  const assets = Object.entries(members).map(([name, member]): [string, Asset | Archive] => {
    if (member instanceof Asset || member instanceof Archive) return [name, member];
    throw new DecodeError(path, `the archive's member ${name} is neither an asset nor an archive`);
  });
  return new Archive({ assets: Object.fromEntries(assets) }, hash);
}

function decodeReference(fields: Record<string, PropertyValue>, path: string): ResourceReference {
  const urn = optionalString(fields, "urn", path);
  if (urn === undefined) throw new DecodeError(path, "a resource reference without a urn");
  const version = optionalString(fields, "packageVersion", path) ?? "";
  const id = fields.id;
  if (id === undefined || id === null) return new ResourceReference(urn, undefined, version);
  const plain = id instanceof Output ? (id.value ?? Unknown.instance) : id;
  if (plain === "" || plain instanceof Unknown) {
    return new ResourceReference(urn, Unknown.instance, version);
  }
  if (typeof plain !== "string") throw new DecodeError(path, "`id` is not a string");
  return new ResourceReference(urn, plain, version);
}
