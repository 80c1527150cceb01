// From what a program says of a disk's object to a bucket, an image and a disk's size.
import { parseSizeBytes } from "../guests/quantities.ts";
import { containsUnknown, type PropertyMap, unwrapMap } from "../values.ts";
import { diskFailures, GIBIBYTE, mustBeText } from "./cloud-inputs.ts";
import { describe, unknownNames } from "./guest-inputs.ts";
import type { CheckFailure } from "./resource.ts";

export const OBJECT_INPUTS = ["image", "bucket", "size", "prefix", "keep", "endpoint"] as const;
const DEFAULTS: PropertyMap = { size: "1GiB", keep: true };
/** As Google names buckets; dots are for those that are domains. */
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;
/** What needs no escaping in an address, whoever writes it. */
const PREFIX = /^[A-Za-z0-9._/-]{1,400}$/;

export interface DiskObjectInputs {
  readonly digest: string;
  readonly bucket: string;
  readonly sizeBytes: number;
  readonly prefix: string;
  readonly endpoint: string | undefined;
}

export function withDefaults(news: PropertyMap): PropertyMap {
  const given = Object.entries(news).filter(([, value]) => value !== null);
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}

export function inputFailures(inputs: PropertyMap): CheckFailure[] {
  const plain = unwrapMap(inputs);
  const failures: CheckFailure[] = [];
  const refuse = (property: string, reason: string) => failures.push({ property, reason });
  unknownNames(plain, OBJECT_INPUTS, "", "a DiskObject", refuse);
  diskFailures(plain, refuse);
  const { bucket = null, prefix } = plain;
  if (!containsUnknown(bucket) && !(typeof bucket === "string" && BUCKET.test(bucket))) {
    refuse(
      "bucket",
      `must be the name of a bucket, without "gs://", not ${JSON.stringify(bucket)}`,
    );
  }
  if (typeof prefix === "string" && prefix !== "" && !PREFIX.test(prefix)) {
    refuse("prefix", "may have letters, digits and . _ / - only");
  } else mustBeText("prefix", prefix, refuse);
  const { keep = null } = plain;
  if (!containsUnknown(keep) && typeof keep !== "boolean") {
    refuse("keep", `must be true or false, not ${describe(keep)}`);
  }
  mustBeText("endpoint", plain.endpoint, refuse);
  return failures;
}

/** Only for checked inputs without unknown values. */
export function diskObjectInputs(inputs: PropertyMap): DiskObjectInputs {
  const { image, bucket, size, prefix, endpoint } = unwrapMap(withDefaults(inputs));
  return {
    digest: String(image),
    bucket: String(bucket),
    sizeBytes: parseSizeBytes(String(size)) ?? GIBIBYTE,
    prefix: typeof prefix === "string" ? prefix : "",
    endpoint: typeof endpoint === "string" ? endpoint : undefined,
  };
}
