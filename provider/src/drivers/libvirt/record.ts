// What is known of a guest beyond its definition, kept in the domain's metadata: as text of one
// element, since its shape is nobody's business but ours. Arguments and the values of the
// environment are not in it: they may be secret, and metadata is for everybody who may look.
import type { GuestNetwork } from "../../guests/configuration.ts";
import { type CommonRecord, hasCommonFields } from "../guest-record.ts";
import type { Attachment } from "../networks/networks.ts";
import { METADATA_NAMESPACE } from "./domains.ts";
import { formatXml, parseXml, textAt, type XmlElement } from "./xml.ts";

/** `imagePath` is the image's place on the host. */
export interface GuestRecord extends CommonRecord {
  /** The network of libvirt's that it is in; it then has no forwards of the host's ports. */
  readonly network?: string | undefined;
  /** The bridge of the host that it is in; likewise. */
  readonly bridge?: string | undefined;
  /** Who it is there. */
  readonly place?: GuestNetwork | undefined;
  /** What it has in the networks that it wants, in their order; likewise. */
  readonly interfaces?: readonly Attachment[] | undefined;
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
  if (!hasCommonFields(value)) return false;
  const { network, bridge, interfaces } = value as Partial<Record<keyof GuestRecord, unknown>>;
  return (
    [network, bridge].every((name) => name === undefined || typeof name === "string") &&
    (interfaces === undefined || (Array.isArray(interfaces) && interfaces.every(isAttachment)))
  );
}

function isAttachment(value: unknown): value is Attachment {
  if (typeof value !== "object" || value === null) return false;
  const one = value as Partial<Record<keyof Attachment, unknown>>;
  const texts = [one.network, one.networkName, one.address, one.mac, one.nameServer];
  return texts.every((text) => typeof text === "string") && Number.isInteger(one.index);
}
