// What is known of a guest beyond its definition, kept in the domain's metadata: as text of one
// element, since its shape is nobody's business but ours. Arguments and the values of the
// environment are not in it: they may be secret, and metadata is for everybody who may look.
import type { GuestProgress, PortForward } from "../driver.ts";
import { isForward } from "../qemu/record.ts";
import { METADATA_NAMESPACE } from "./domains.ts";
import { formatXml, parseXml, textAt, type XmlElement } from "./xml.ts";

export interface GuestRecord {
  readonly format: 1;
  readonly id: string;
  readonly owner: string;
  readonly progress: GuestProgress;
  readonly digest: string;
  /** The image on the host. */
  readonly imagePath: string;
  readonly memoryBytes: number;
  readonly cpus: number;
  /** As they were asked for. */
  readonly ports: readonly PortForward[];
  /** As they are; null where there is none, or where it was taken over by a successor. */
  readonly forwards: readonly (PortForward | null)[];
  readonly accelerator: "auto" | "kvm" | "tcg";
  readonly startedAtMs: number;
  /** The network of libvirt's that it is in. */
  readonly network?: string | undefined;
}

/** The content of <metadata>. */
export function metadataElement(record: GuestRecord): XmlElement {
  return {
    "unikernel:guest": {
      "@xmlns:unikernel": METADATA_NAMESPACE,
      "#text": JSON.stringify(record),
    },
  };
}

/** The element alone; libvirt puts it into the namespace when it is set. */
export function formatRecord(record: GuestRecord): string {
  return formatXml({ guest: JSON.stringify(record) }).trim();
}

/** Undefined when it is none of ours, or when it cannot be read. */
export function parseRecord(metadata: string | undefined, id: string): GuestRecord | undefined {
  if (metadata === undefined) return undefined;
  try {
    const [root] = Object.values(parseXml(metadata));
    const value: unknown = JSON.parse(textAt(root) ?? "");
    return isRecord(value) && value.id === id ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is GuestRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Partial<Record<keyof GuestRecord, unknown>>;
  const isText = (...names: (keyof GuestRecord)[]) =>
    names.every((name) => typeof record[name] === "string");
  const isNumber = (...names: (keyof GuestRecord)[]) =>
    names.every((name) => Number.isFinite(record[name]));
  return (
    record.format === 1 &&
    isText("id", "owner", "digest", "imagePath") &&
    ["creating", "created", "kept"].includes(String(record.progress)) &&
    ["auto", "kvm", "tcg"].includes(String(record.accelerator)) &&
    (record.network === undefined || isText("network")) &&
    isNumber("memoryBytes", "cpus", "startedAtMs") &&
    Array.isArray(record.ports) &&
    record.ports.every(isForward) &&
    Array.isArray(record.forwards) &&
    record.forwards.every((forward) => forward === null || isForward(forward))
  );
}
