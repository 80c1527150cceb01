// From what a program says of a volume to what a driver is asked for; and what may not become of a
// volume that exists.
import { isAbsolute } from "node:path";
import { VOLUME_FORMATS, type VolumeFormat, type VolumeSource } from "../drivers/volume-driver.ts";
import { formatSize, parseSizeBytes } from "../guests/quantities.ts";
import {
  containsUnknown,
  type PropertyMap,
  type PropertyValue,
  sameValue,
  unwrapMap,
} from "../values.ts";
import {
  type DriverSelection,
  driverFailures,
  driverSelection,
  hostOf,
} from "./guest-driver-input.ts";
import { describe, type Refuse, unknownNames } from "./guest-inputs.ts";
import { DRIVER_NAMES } from "./guest-machine.ts";
import type { CheckFailure } from "./resource.ts";

export const VOLUME_INPUTS = ["size", "driver", "format", "deletionProtection", "source"] as const;
/** What makes another volume of it. */
export const REPLACING: readonly string[] = ["driver", "format", "source"];

/** Less holds no file system. */
const SIZE_BYTES_MIN = 64 * 1024;
const SIZE_BYTES_UNIT = 4096;

export interface VolumeInputs {
  readonly driver: DriverSelection;
  readonly sizeBytes: number;
  readonly format: VolumeFormat;
  readonly deletionProtection: boolean;
  readonly source: VolumeSource | undefined;
}

/** One form for each meaning. Secrets make no sense here, and are none afterwards. */
export function withVolumeDefaults(news: PropertyMap, defaults: PropertyMap = {}): PropertyMap {
  const given = Object.entries(unwrapMap(news)).filter(([, value]) => value !== null);
  const { size, driver = "qemu", ...rest } = { ...defaults, ...Object.fromEntries(given) };
  const bytes = typeof size === "string" ? parseSizeBytes(size) : undefined;
  return {
    deletionProtection: true,
    ...rest,
    driver: hostOf(driver),
    ...(size === undefined ? {} : { size: bytes === undefined ? size : formatSize(bytes) }),
  };
}

/** Everything that can be said without asking the machine. */
export function volumeInputFailures(inputs: PropertyMap): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const refuse: Refuse = (property, reason) => failures.push({ property, reason });
  const { size = null, driver = null, format = null, deletionProtection, source } = inputs;
  unknownNames(inputs, VOLUME_INPUTS, "", "a Volume", refuse);
  sizeFailure(size, refuse);
  driverFailures(driver, DRIVER_NAMES, refuse);
  const isFormat = VOLUME_FORMATS.some((known) => known === format);
  if (format !== null && !containsUnknown(format) && !isFormat) {
    refuse("format", `must be "raw" or "qcow2", not ${describe(format)}`);
  }
  if (!containsUnknown(deletionProtection ?? null) && typeof deletionProtection !== "boolean") {
    refuse("deletionProtection", `must be true or false, not ${describe(deletionProtection)}`);
  }
  if (source !== undefined && !containsUnknown(source) && (typeof source !== "string" || !source)) {
    refuse("source", `must be a Volume, its id, or a file's path, not ${describe(source)}`);
  }
  return failures;
}

/** What a volume that exists may not become. */
export function changeFailures(olds: PropertyMap, news: PropertyMap): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const [before, after] = [olds.size, news.size].map((size) =>
    typeof size === "string" ? parseSizeBytes(size) : undefined,
  );
  if (before !== undefined && after !== undefined && after < before) {
    const reason = `a volume never shrinks, since files may be where it would be cut off: it has ${olds.size}, not ${news.size}; make another one for less`;
    failures.push({ property: "size", reason });
  }
  if (olds.deletionProtection !== true) return failures;
  for (const property of REPLACING) {
    const [old = null, next = null] = [olds[property], news[property]];
    if (containsUnknown(next) || sameValue(old, next)) continue;
    const reason = `another ${property} would replace the volume, and all that is on it would be lost; if it may be, set deletionProtection: false first, in an update of its own`;
    failures.push({ property, reason });
  }
  return failures;
}

/** Only for checked inputs without unknown values. */
export function volumeInputs(inputs: PropertyMap): VolumeInputs {
  const { size, driver, format, deletionProtection, source } = unwrapMap(inputs);
  return {
    driver: driverSelection(driver),
    sizeBytes: parseSizeBytes(String(size)) ?? 0,
    format: format === "qcow2" ? "qcow2" : "raw",
    deletionProtection: deletionProtection !== false,
    source: typeof source === "string" ? volumeSource(source) : undefined,
  };
}

/** A path has a slash, an id none. */
export function volumeSource(text: string): VolumeSource {
  return isAbsolute(text) || text.includes("/") ? { file: text } : { volume: text };
}

function sizeFailure(size: PropertyValue, refuse: Refuse): void {
  if (containsUnknown(size)) return;
  const bytes = typeof size === "string" ? parseSizeBytes(size) : undefined;
  if (bytes === undefined) {
    refuse("size", `must be a size such as "64MiB" or "1GiB", not ${describe(size)}`);
  } else if (bytes < SIZE_BYTES_MIN || bytes % SIZE_BYTES_UNIT !== 0) {
    refuse(
      "size",
      `must be at least ${formatSize(SIZE_BYTES_MIN)} and a multiple of ${formatSize(SIZE_BYTES_UNIT)}, not ${describe(size)}`,
    );
  }
}
