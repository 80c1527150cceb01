// From what a program says of an AWS snapshot to an account, an image and a disk's size.

import type { AwsAccount } from "../clouds/aws/account.ts";
import { isReservedTag } from "../clouds/aws/snapshots.ts";
import { parseSizeBytes } from "../guests/quantities.ts";
import {
  containsUnknown,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  unwrapMap,
} from "../values.ts";
import { diskFailures, GIBIBYTE, mustBeText, type Refuse } from "./cloud-inputs.ts";
import { describe, unknownNames } from "./guest-inputs.ts";
import type { CheckFailure } from "./resource.ts";

export const SNAPSHOT_INPUTS = [
  "image",
  "size",
  "tags",
  "region",
  "profile",
  "endpoint",
  "assumeRole",
] as const;

const DEFAULTS: PropertyMap = { size: "1GiB", tags: {} };
const ROLE = ["roleArn", "sessionName", "externalId"] as const;
/** Amazon's limit is 50, and some of them are ours. */
const TAGS_MAX = 40;

export interface SnapshotInputs {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly account: AwsAccount;
}

export function withDefaults(news: PropertyMap): PropertyMap {
  const given = Object.entries(news).filter(([, value]) => value !== null);
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}

export function inputFailures(inputs: PropertyMap): CheckFailure[] {
  const plain = unwrapMap(inputs);
  const failures: CheckFailure[] = [];
  const refuse = (property: string, reason: string) => failures.push({ property, reason });
  unknownNames(plain, SNAPSHOT_INPUTS, "", "a Snapshot", refuse);
  const { tags = null, assumeRole = null } = plain;
  diskFailures(plain, refuse);
  for (const name of ["region", "profile", "endpoint"]) {
    mustBeText(name, plain[name], refuse);
  }
  tagFailures(tags, refuse);
  if (assumeRole === null || containsUnknown(assumeRole)) return failures;
  if (!isPropertyMap(assumeRole)) {
    refuse(
      "assumeRole",
      `must be an object such as { roleArn: "arn:…" }, not ${describe(assumeRole)}`,
    );
    return failures;
  }
  unknownNames(assumeRole, ROLE, "assumeRole.", "a role", refuse);
  for (const name of ROLE) mustBeText(`assumeRole.${name}`, assumeRole[name], refuse);
  if (assumeRole.roleArn === undefined) refuse("assumeRole.roleArn", "is missing");
  return failures;
}

function tagFailures(tags: PropertyValue, refuse: Refuse): void {
  if (containsUnknown(tags)) return;
  if (!isPropertyMap(tags)) {
    refuse("tags", `must be an object of strings, not ${describe(tags)}`);
    return;
  }
  const names = Object.keys(tags);
  if (names.length > TAGS_MAX) refuse("tags", `are ${names.length}, more than ${TAGS_MAX}`);
  for (const [name, value] of Object.entries(tags)) {
    if (isReservedTag(name)) {
      refuse("tags", `${JSON.stringify(name)} begins like the tags of Amazon or of this provider`);
    }
    if (typeof value !== "string")
      refuse(`tags.${name}`, `must be a string, not ${describe(value)}`);
  }
}

/** Only for checked inputs without unknown values. */
export function snapshotInputs(inputs: PropertyMap): SnapshotInputs {
  const plain = unwrapMap(withDefaults(inputs));
  return {
    digest: String(plain.image),
    sizeBytes: parseSizeBytes(String(plain.size)) ?? GIBIBYTE,
    tags: plain.tags as Readonly<Record<string, string>>,
    account: accountOf(plain),
  };
}

export function accountOf(inputs: PropertyMap): AwsAccount {
  const { region, profile, endpoint, assumeRole } = unwrapMap(inputs);
  const given = { region, profile, endpoint, assumeRole };
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined && value !== null),
  ) as AwsAccount;
}
