// The provider's settings: what a program or a stack's configuration says once for all resources.
// What a resource says itself wins over them.
import { isAbsolute } from "node:path";
import type { ProviderSettings } from "../server/provider-settings.ts";
import {
  containsUnknown,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  unwrapMap,
} from "../values.ts";
import { driverFailures, normalDriver } from "./guest-driver-input.ts";
import { ACCELERATORS, describe, type Refuse } from "./guest-inputs.ts";
import { DRIVER_NAMES } from "./guest-machine.ts";
import { DRIVER_TYPE } from "./guest-schema.ts";
import type { CheckFailure, Settings } from "./resource.ts";
import { suggestion } from "./suggestion.ts";

const PARALLELISM_MAX = 1024;

/** As the package schema describes them. */
export const settingsSchema = {
  driver: {
    oneOf: [{ type: "string" }, { type: "object", $ref: `#/types/${DRIVER_TYPE}` }],
    description:
      'The driver of guests and volumes that name none; the default is "qemu". Another one replaces them.',
  },
  accelerator: {
    type: "string",
    description:
      'The accelerator of virtual machines that name none: "auto" (the default), "kvm" or "tcg".',
  },
  store: {
    type: "string",
    description:
      "The directory that holds images and compiled objects; the default is $UNIKERNEL_STORE, or store/ in $UNIKERNEL_HOME.",
  },
  parallelism: {
    type: "integer",
    description: "How many compilers run at a time; the default is the number of processors.",
  },
};

const NAMES = Object.keys(settingsSchema);

/** Everything that is wrong, each with its property's name. */
export function settingFailures(settings: PropertyMap): CheckFailure[] {
  const plain = plainSettings(settings);
  const failures: CheckFailure[] = [];
  const refuse: Refuse = (property, reason) => failures.push({ property, reason });
  for (const name of Object.keys(plain).filter((each) => !NAMES.includes(each))) {
    const what = `the unikernel provider has no setting named "${name}"`;
    refuse(name, `${what}${suggestion(name, NAMES)}`);
  }
  const { driver, accelerator, store, parallelism } = plain;
  if (driver !== undefined) driverFailures(normalDriver(driver), DRIVER_NAMES, refuse);
  const ifKnown = (value: PropertyValue | undefined): value is PropertyValue =>
    value !== undefined && !containsUnknown(value);
  if (ifKnown(accelerator) && !(ACCELERATORS as readonly PropertyValue[]).includes(accelerator)) {
    const known = ACCELERATORS.map((name) => `"${name}"`).join(" or ");
    refuse("accelerator", `must be ${known}, not ${describe(accelerator)}`);
  }
  if (ifKnown(store) && !(typeof store === "string" && isAbsolute(store))) {
    refuse("store", `must be an absolute path, not ${describe(store)}`);
  }
  if (ifKnown(parallelism) && !isParallelism(parallelism)) {
    refuse(
      "parallelism",
      `must be a whole number from 1 to ${PARALLELISM_MAX}, not ${describe(parallelism)}`,
    );
  }
  return failures;
}

/** Only for what has no failures. What is not known yet is left out. */
export function readSettings(settings: PropertyMap): Settings {
  const known = Object.entries(plainSettings(settings)).filter(
    ([name, value]) => NAMES.includes(name) && !containsUnknown(value),
  );
  const { driver, ...others } = Object.fromEntries(known);
  return {
    ...(others as Settings),
    ...(driver === undefined ? {} : { driver: normalDriver(driver) }),
  };
}

/** What a guest or volume that names no driver has, beside what it says itself. */
export function driverDefaults({ driver }: Settings = {}): PropertyMap {
  return driver === undefined ? {} : { driver };
}

/** The same of what only virtual machines have. */
export function guestDefaults(settings: Settings = {}, news: PropertyMap = {}): PropertyMap {
  const defaults = driverDefaults(settings);
  const driver = normalDriver(unwrapMap({ ...defaults, ...withoutNulls(news) }).driver ?? "qemu");
  const { accelerator } = settings;
  return accelerator === undefined || driver === "sandbox"
    ? defaults
    : { ...defaults, accelerator };
}

/** The configuration of a stack holds strings alone, and what is more as JSON. */
function plainSettings(settings: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(withoutNulls(unwrapMap(settings))).map(([name, value]) => [
      name,
      (name === "driver" || name === "parallelism") && typeof value === "string"
        ? fromJson(value)
        : value,
    ]),
  );
}

/** What a text says as JSON; the text itself when that is none. */
function fromJson(text: string): PropertyValue {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "number" ||
      typeof value === "string" ||
      isPropertyMap(value as PropertyValue)
      ? (value as PropertyValue)
      : text;
  } catch {
    return text;
  }
}

function isParallelism(value: PropertyValue): boolean {
  return (
    typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= PARALLELISM_MAX
  );
}

function withoutNulls(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null));
}

export const providerSettings: ProviderSettings = {
  schema: settingsSchema,
  failures: settingFailures,
  configure(settings) {
    const read = readSettings(settings);
    // A process serves one provider. The toolchain and all that it starts look there.
    if (read.store !== undefined) process.env.UNIKERNEL_STORE = read.store;
    return read;
  },
};
