// The Guest resource over a driver of a test's own, without an engine.
import type { Driver } from "../../provider/src/drivers/driver.ts";
import { createGuest } from "../../provider/src/resources/guest.ts";
import type { CallContext, Resource } from "../../provider/src/resources/resource.ts";
import type { PropertyMap } from "../../provider/src/values.ts";

export const DIGEST = `sha256:${"a".repeat(64)}`;
export const URN = "urn:pulumi:dev::project::unikernel:index:Guest::web";

export interface RecordingContext extends CallContext {
  readonly logged: string[];
}

export function silentContext(
  signal: AbortSignal = new AbortController().signal,
  urn: string = URN,
): RecordingContext {
  const logged: string[] = [];
  const log = (_severity: string, message: string) => {
    logged.push(message);
  };
  return { signal, urn, status: () => undefined, log, logged };
}

/** `images` are the files of digests. */
export function guestResource(driver: Driver, images: Readonly<Record<string, string>>): Resource {
  return createGuest({
    image: async (digest) => {
      const path = images[digest];
      return path === undefined ? undefined : { path, symbolsPath: "" };
    },
    driver: async () => driver,
    programDirectory: "/program",
  });
}

/** Checked inputs; throws what Check refuses. */
export async function checkedInputs(
  resource: Resource,
  news: PropertyMap,
  olds: PropertyMap = {},
): Promise<PropertyMap> {
  const request = { olds, news, randomSeed: new Uint8Array() };
  const { inputs, failures } = await resource.check(silentContext(), request);
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
  return inputs;
}
