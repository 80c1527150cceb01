// The schema that the provider really serves is whole: nothing in it points nowhere.
import { describe, expect, it } from "vitest";
import { loadResources } from "../resources/registry.ts";
import { packageSchema } from "./schema.ts";

interface ObjectSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  readonly inputProperties?: Readonly<Record<string, { readonly description?: string }>>;
  readonly required?: readonly string[];
  readonly requiredInputs?: readonly string[];
}

const resources = await loadResources();
const schema = packageSchema({ version: "0.1.0", description: "Test." }, resources.values()) as {
  readonly resources: Readonly<Record<string, ObjectSchema>>;
  readonly types: Readonly<Record<string, ObjectSchema>>;
};
const objects = [...Object.entries(schema.resources), ...Object.entries(schema.types)];

function references(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "$ref" ? [String(inner)] : references(inner),
  );
}

describe("the package schema", () => {
  it("has a resource for each type", () => {
    expect(Object.keys(schema.resources)).toStrictEqual([
      "unikernel:aws:Snapshot",
      "unikernel:gcp:DiskObject",
      "unikernel:gcp:DiskObjectRemoval",
      "unikernel:index:Guest",
      "unikernel:index:Image",
      "unikernel:index:Network",
      "unikernel:index:Service",
      "unikernel:index:Volume",
    ]);
  });

  it("refers only to types that it has, and has none to which nothing refers", () => {
    const local = references(schema).filter((ref) => ref.startsWith("#/types/"));
    const used = new Set(local.map((ref) => ref.slice("#/types/".length)));
    expect([...used].sort()).toStrictEqual(Object.keys(schema.types).sort());
  });

  it.each(objects)("requires only properties that %s has, and describes each", (_token, object) => {
    const { properties = {}, inputProperties = {} } = object;
    expect(Object.keys(properties)).toEqual(expect.arrayContaining([...(object.required ?? [])]));
    expect(Object.keys(inputProperties)).toEqual(
      expect.arrayContaining([...(object.requiredInputs ?? [])]),
    );
    expect(object.description).toMatch(/\.$/);
    for (const property of Object.values({ ...properties, ...inputProperties })) {
      expect(property.description).toBeTruthy();
    }
  });
});
