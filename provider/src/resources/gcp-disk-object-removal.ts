// `unikernel:gcp:DiskObjectRemoval`: removes a disk's object once what was made of it is there. It
// stands for something that is gone, so there is nothing to read and nothing to delete.
import { removeObject } from "../clouds/google/object-service.ts";
import { googleCredentials, googleRequests, type Send } from "../clouds/google/requests.ts";
import { containsUnknown, unwrapMap } from "../values.ts";
import { mustBeText } from "./cloud-inputs.ts";
import { unknownNames } from "./guest-inputs.ts";
import { inputChanges } from "./input-changes.ts";
import type { CheckFailure, Resource } from "./resource.ts";

export const DISK_OBJECT_REMOVAL_TOKEN = "unikernel:gcp:DiskObjectRemoval";
const NEEDED = ["bucket", "objectName", "generation", "usedBy"] as const;
const INPUTS = [...NEEDED, "endpoint"] as const;
/** Another object, or another version of it, is to be removed, too. */
const REPLACING = ["bucket", "objectName", "generation"];

const inputs = {
  bucket: { type: "string", description: "The name of the object's bucket." },
  objectName: { type: "string", description: "The object's name." },
  generation: { type: "string", description: "Which version of it; others stay." },
  usedBy: { type: "string", description: "The id of what was made of it, which comes first." },
  endpoint: { type: "string", description: "An address instead of Google's own." },
};

export function createDiskObjectRemoval(send: Send): Resource {
  return {
    token: DISK_OBJECT_REMOVAL_TOKEN,
    schema: {
      description:
        "Removes the object of a disk once an image of Compute Engine was made of it, which does not need it any more.",
      inputProperties: inputs,
      requiredInputs: NEEDED,
      properties: inputs,
      required: NEEDED,
    },

    async check(_context, { news }) {
      const plain = unwrapMap(news);
      const failures: CheckFailure[] = [];
      const refuse = (property: string, reason: string) => failures.push({ property, reason });
      unknownNames(plain, INPUTS, "", "a DiskObjectRemoval", refuse);
      for (const name of INPUTS) mustBeText(name, plain[name], refuse);
      for (const name of NEEDED) if (plain[name] === undefined) refuse(name, "is missing");
      return { inputs: news, failures };
    },

    async diff(_context, { olds, news }) {
      return { changes: inputChanges(INPUTS, REPLACING, olds, news), stables: [] };
    },

    async create({ signal }, { inputs: given, preview }) {
      if (preview || containsUnknown(given)) return { id: "", state: given };
      const { bucket, objectName, generation, endpoint } = unwrapMap(given);
      const place = {
        bucket: String(bucket),
        name: String(objectName),
        endpoint: typeof endpoint === "string" ? endpoint : undefined,
      };
      await removeObject(send, place, String(generation), signal);
      return { id: `${bucket}/${objectName}#${generation}`, state: given };
    },

    async update(_context, { news }) {
      return news;
    },

    async read(_context, { inputs: given, state }) {
      return { inputs: given, state };
    },

    async delete() {},
  };
}

/** The real one. */
export const diskObjectRemoval = createDiskObjectRemoval(googleRequests(googleCredentials()));
