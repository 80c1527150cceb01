// Which resource types there are. A new one is a file beside this and a line here.
import type { Resource } from "./resource.ts";

/** Loads the modules when they are first needed: the engine waits for the port, not for these. */
export async function loadResources(): Promise<ReadonlyMap<string, Resource>> {
  const resources: Resource[] = await Promise.all([
    import("./aws-snapshot.ts").then((module) => module.snapshot),
    import("./gcp-disk-object-removal.ts").then((module) => module.diskObjectRemoval),
    import("./gcp-disk-object.ts").then((module) => module.diskObject),
    import("./guest.ts").then((module) => module.guest),
    import("./image.ts").then((module) => module.image),
    import("./network.ts").then((module) => module.network),
    import("./service.ts").then((module) => module.service),
    import("./volume.ts").then((module) => module.volume),
  ]);
  return new Map(resources.map((resource) => [resource.token, resource]));
}
