// Assembles the package schema from what each resource says of itself.
import type { Resource } from "../resources/resource.ts";

export const PACKAGE_NAME = "unikernel";

export function packageSchema(
  about: {
    readonly version: string;
    readonly description: string;
    readonly settings?: Readonly<Record<string, object>>;
  },
  resources: Iterable<Resource>,
): object {
  const sorted = [...resources].sort((a, b) => (a.token < b.token ? -1 : 1));
  const types = sorted.flatMap((resource) => Object.entries(resource.types ?? {}));
  return {
    name: PACKAGE_NAME,
    displayName: "Unikernel",
    version: about.version,
    description: about.description,
    keywords: ["pulumi", "unikernel", "category/infrastructure", "kind/native"],
    license: "Apache-2.0",
    config: { variables: about.settings ?? {} },
    provider: {
      description: "Builds unikernel images and runs them.",
      inputProperties: about.settings ?? {},
    },
    resources: Object.fromEntries(sorted.map((resource) => [resource.token, resource.schema])),
    types: Object.fromEntries(types.sort(([a], [b]) => (a < b ? -1 : 1))),
    language: {
      nodejs: {
        packageName: "pulumi-unikernel",
        dependencies: { "@pulumi/pulumi": "^3.0.0" },
        respectSchemaVersion: true,
      },
      python: { packageName: "pulumi_unikernel", respectSchemaVersion: true },
      go: { respectSchemaVersion: true },
      csharp: { respectSchemaVersion: true },
    },
  };
}
