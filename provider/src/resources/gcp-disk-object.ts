// `unikernel:gcp:DiskObject`: an image's disk as an object of Google Cloud Storage, for an image of
// Compute Engine.
import { createHash } from "node:crypto";
import type { SparseDisk } from "@pulumi-unikernel/toolchain";
import { imageDisk } from "../clouds/disk.ts";
import { crc32cText } from "../clouds/google/crc32c.ts";
import {
  checkBucket,
  describeObject,
  type ObjectPlace,
  removeObject,
  type StoredObject,
  sourceOf,
} from "../clouds/google/object-service.ts";
import { googleCredentials, googleRequests, type Send } from "../clouds/google/requests.ts";
import { type UploadLimits, uploadObject } from "../clouds/google/upload.ts";
import { UploadSessions } from "../clouds/google/upload-sessions.ts";
import { containsUnknown, type PropertyMap, Unknown, unwrap } from "../values.ts";
import {
  diskObjectInputs,
  inputFailures,
  OBJECT_INPUTS,
  withDefaults,
} from "./gcp-disk-object-inputs.ts";
import { DISK_OBJECT_TOKEN, diskObjectSchema } from "./gcp-disk-object-schema.ts";
import { inputChanges } from "./input-changes.ts";
import type { CallContext, Resource } from "./resource.ts";

/** Another content or another place is another object. */
const REPLACING: readonly string[] = ["image", "bucket", "size", "prefix"];
const OUTPUTS = ["objectName", "source", "generation", "sizeBytes", "crc32c"];
const IMAGE_KEY = "unikernel-image";
const SIZE_KEY = "unikernel-size";

/** What a DiskObject needs of this machine and of Google; tests choose their own. */
export interface DiskObjectMachine {
  readonly send: Send;
  /** The disk that starts an image of this machine's store; throws when it has none. */
  disk(digest: string, sizeBytes: number, signal: AbortSignal): Promise<SparseDisk>;
  /** The file that Google imports such a disk from. */
  archive(disk: SparseDisk): Promise<Buffer>;
  sessions(): Promise<UploadSessions>;
  readonly programDirectory: string;
  readonly limits?: UploadLimits;
}

export function createDiskObject(machine: DiskObjectMachine): Resource {
  const { send } = machine;

  /** Nobody else's object has this name, so that nobody removes another one's. */
  function nameOf(urn: string, prefix: string, digest: string): string {
    const owner = createHash("sha256")
      .update(`${urn} of ${machine.programDirectory}`)
      .digest("hex");
    return `${prefix}unikernel-${digest.slice("sha256:".length)}-${owner.slice(0, 8)}.tar.gz`;
  }

  async function plan(context: CallContext, inputs: PropertyMap) {
    const { digest, bucket, sizeBytes, prefix, endpoint } = diskObjectInputs(inputs);
    const content = await machine.archive(await machine.disk(digest, sizeBytes, context.signal));
    return {
      digest,
      content,
      place: { endpoint, bucket, name: nameOf(context.urn, prefix, digest) },
    };
  }

  return {
    token: DISK_OBJECT_TOKEN,
    schema: diskObjectSchema,

    async check(_context, { news }) {
      const inputs = withDefaults(news);
      return { inputs, failures: inputFailures(inputs) };
    },

    async diff(_context, { olds, news }) {
      // One that is to stay from now on may be gone already.
      const replacing = unwrap(news.keep ?? null) === true ? [...REPLACING, "keep"] : REPLACING;
      return { changes: inputChanges(OBJECT_INPUTS, replacing, olds, news), stables: OUTPUTS };
    },

    async create(context, { inputs, preview }) {
      if (containsUnknown(inputs)) return { id: "", state: { ...inputs, ...unknown(OUTPUTS) } };
      const { digest, content, place } = await plan(context, inputs);
      if (preview) {
        await checkBucket(send, place, context.signal);
        context.log("info", `sends ${content.length} bytes to gs://${place.bucket}/${place.name}`);
        const known = { crc32c: crc32cText(content), sizeBytes: content.length };
        return {
          id: "",
          state: { ...inputs, ...unknown(["generation"]), ...placed(place), ...known },
        };
      }
      const stored = await uploadObject(
        send,
        await machine.sessions(),
        {
          place,
          content,
          contentType: "application/gzip",
          metadata: { [IMAGE_KEY]: digest, [SIZE_KEY]: String(unwrap(inputs.size ?? null)) },
          signal: context.signal,
          onProgress: context.status,
        },
        machine.limits,
      );
      context.status(`sent ${content.length} bytes`);
      const id = `${place.bucket}/${place.name}`;
      return { id, state: { ...inputs, ...stateOf(place, stored) } };
    },

    async update(_context, { state, news }) {
      return { ...state, ...news };
    },

    async read(context, { id, inputs, state }) {
      if (unwrap(state.keep ?? null) === false) return { inputs, state };
      const place = placeOf(id, state);
      const found = await describeObject(send, place, context.signal);
      if (found === undefined) return null;
      const generation = unwrap(state.generation ?? null);
      // Somebody else has put another one there.
      if (generation !== null && generation !== found.generation) return null;
      if (generation !== null) return { inputs, state };
      const { [IMAGE_KEY]: image, [SIZE_KEY]: size = "1GiB" } = found.metadata ?? {};
      if (image === undefined) {
        throw new Error(
          `gs://${id} is no disk of this provider: it has no metadata "${IMAGE_KEY}"`,
        );
      }
      const seen = { image, bucket: place.bucket, size, keep: true };
      return { inputs: { ...inputs, ...seen }, state: { ...seen, ...stateOf(place, found) } };
    },

    async delete(context, { id, state }) {
      const generation = String(unwrap(state.generation ?? null));
      await removeObject(send, placeOf(id, state), generation, context.signal);
    },
  };
}

function placeOf(id: string, state: PropertyMap): ObjectPlace {
  const slash = id.indexOf("/");
  const endpoint = unwrap(state.endpoint ?? null);
  return {
    endpoint: typeof endpoint === "string" ? endpoint : undefined,
    bucket: id.slice(0, slash),
    name: id.slice(slash + 1),
  };
}

function placed(place: ObjectPlace): PropertyMap {
  return { objectName: place.name, source: sourceOf(place) };
}

function stateOf(place: ObjectPlace, { generation, size, crc32c }: StoredObject): PropertyMap {
  return { ...placed(place), generation, sizeBytes: Number(size), crc32c };
}

function unknown(names: readonly string[]): PropertyMap {
  return Object.fromEntries(names.map((name) => [name, Unknown.instance]));
}

/** The real one; its modules are loaded at first use. */
export const diskObject = createDiskObject({
  send: googleRequests(googleCredentials()),
  disk: imageDisk,
  async archive(disk) {
    const { googleArchive } = await import("@pulumi-unikernel/toolchain");
    return Buffer.concat(googleArchive(disk).extents.map(({ data }) => data));
  },
  async sessions() {
    const { homeDirectory } = await import("@pulumi-unikernel/toolchain");
    return new UploadSessions(homeDirectory());
  },
  programDirectory: process.cwd(),
});
