// What the server asks whoever knows the provider's settings: it knows none itself.
import type { CheckFailure, Settings } from "../resources/resource.ts";
import type { PropertyMap } from "../values.ts";

export interface ProviderSettings {
  /** By name, as the package schema has them. */
  readonly schema: Readonly<Record<string, object>>;
  failures(settings: PropertyMap): readonly CheckFailure[];
  /** Makes them count; only for what has no failures. */
  configure(settings: PropertyMap): Settings;
}

/** Those of a provider that has none. */
export const noSettings: ProviderSettings = {
  schema: {},
  failures: (settings) =>
    Object.keys(settings).map((property) => ({
      property,
      reason: `the unikernel provider has no setting named "${property}"; remove it`,
    })),
  configure: () => ({}),
};
