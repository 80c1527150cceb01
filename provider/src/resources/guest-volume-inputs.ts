// The input `volumes` of a Guest: which disks it has, and where in the guest their files are.
import type { GuestVolume } from "../drivers/volume-driver.ts";
import { containsUnknown, isPropertyList, isPropertyMap, type PropertyValue } from "../values.ts";
import { describe, type Refuse, unknownNames } from "./guest-inputs.ts";

const EXAMPLE = 'such as { volume: data, path: "/data" }';
const PATH_BYTES_MAX = 1024;
/** As many as QEMU's microvm has room for beside a network. */
const VOLUMES_MAX = 6;

/** One form for each meaning. */
export function normalVolumes(value: PropertyValue): PropertyValue {
  if (!isPropertyList(value)) return value;
  return value.map((volume) => {
    if (!isPropertyMap(volume)) return volume;
    const given = Object.entries(volume).filter(([, part]) => part !== null);
    const { path, ...rest } = Object.fromEntries(given);
    const plain = typeof path === "string" && path !== "/" ? path.replace(/\/$/, "") : path;
    return { readOnly: false, ...rest, ...(plain === undefined ? {} : { path: plain }) };
  });
}

export function volumeFailures(volumes: PropertyValue | undefined, refuse: Refuse): void {
  if (volumes === undefined) return;
  if (!isPropertyList(volumes)) {
    if (!containsUnknown(volumes)) {
      refuse("volumes", `must be a list of objects ${EXAMPLE}, not ${describe(volumes)}`);
    }
    return;
  }
  if (volumes.length > VOLUMES_MAX) {
    refuse("volumes", `a guest has at most ${VOLUMES_MAX} volumes, not ${volumes.length}`);
  }
  const seen: { readonly volume: PropertyValue; readonly path: PropertyValue }[] = [];
  for (const [index, value] of volumes.entries()) {
    const at = `volumes[${index}]`;
    if (!isPropertyMap(value)) {
      if (!containsUnknown(value)) {
        refuse(at, `must be an object ${EXAMPLE}, not ${describe(value)}`);
      }
      seen.push({ volume: null, path: null });
      continue;
    }
    const { volume = null, path = null, readOnly = null, sizeBytes = null } = value;
    unknownNames(value, ["volume", "path", "readOnly", "sizeBytes"], `${at}.`, "a volume", refuse);
    if (!containsUnknown(volume) && (typeof volume !== "string" || volume === "")) {
      refuse(`${at}.volume`, `must be a Volume or its id, not ${describe(volume)}`);
    }
    const problem = containsUnknown(path) ? null : pathProblem(path);
    if (problem !== null) refuse(`${at}.path`, problem);
    if (!containsUnknown(readOnly) && typeof readOnly !== "boolean") {
      refuse(`${at}.readOnly`, `must be true or false, not ${describe(readOnly)}`);
    }
    if (sizeBytes !== null && !containsUnknown(sizeBytes) && typeof sizeBytes !== "number") {
      refuse(`${at}.sizeBytes`, `must be the volume's sizeBytes, not ${describe(sizeBytes)}`);
    }
    for (const [first, other] of seen.entries()) {
      if (typeof volume === "string" && volume !== "" && other.volume === volume) {
        refuse(`${at}.volume`, `"${volume}" is already attached by volumes[${first}]`);
      }
      if (problem === null && overlap(path, other.path)) {
        refuse(`${at}.path`, `"${path}" and "${other.path}" of volumes[${first}] overlap`);
      }
    }
    seen.push({ volume, path });
  }
}

/** Only for checked and known values. */
export function attachedVolumes(volumes: PropertyValue | undefined): GuestVolume[] {
  if (!isPropertyList(volumes)) return [];
  return volumes.filter(isPropertyMap).map(({ volume, path, readOnly, sizeBytes }) => ({
    volume: String(volume),
    path: String(path),
    readOnly: readOnly === true,
    ...(typeof sizeBytes === "number" ? { sizeBytes } : {}),
  }));
}

function pathProblem(path: PropertyValue): string | null {
  if (typeof path !== "string" || !path.startsWith("/") || path === "/") {
    return `must be an absolute path in the guest, such as "/data", not ${describe(path)}`;
  }
  const parts = path.slice(1).split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..")) {
    return `must be a path without empty parts, "." and "..", not "${path}"`;
  }
  const hasControl = [...path].some((character) => character < " ");
  if (hasControl || Buffer.byteLength(path) > PATH_BYTES_MAX) {
    return `must be of at most ${PATH_BYTES_MAX} bytes, without control characters`;
  }
  return null;
}

function overlap(one: PropertyValue, other: PropertyValue): boolean {
  if (typeof one !== "string" || typeof other !== "string") return false;
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}
