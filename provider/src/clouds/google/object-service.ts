// Objects of Google Cloud Storage, as far as disks need them, over its JSON interface.
import { failure, type Send } from "./requests.ts";

const GOOGLE = "https://storage.googleapis.com";

export interface StoredObject {
  readonly name: string;
  readonly generation: string;
  readonly size: string;
  readonly crc32c: string;
  /** Not of every object. */
  readonly md5Hash?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface ObjectPlace {
  /** Instead of Google's own address. */
  readonly endpoint: string | undefined;
  readonly bucket: string;
  readonly name: string;
}

const base = ({ endpoint, bucket }: ObjectPlace) =>
  `${endpoint ?? GOOGLE}/storage/v1/b/${encodeURIComponent(bucket)}`;
const urlOf = (place: ObjectPlace) => `${base(place)}/o/${encodeURIComponent(place.name)}`;

/** Where an upload of it begins. */
export function uploadUrl(place: ObjectPlace): string {
  const path = `upload/storage/v1/b/${encodeURIComponent(place.bucket)}/o`;
  const query = `uploadType=resumable&name=${encodeURIComponent(place.name)}`;
  return `${place.endpoint ?? GOOGLE}/${path}?${query}`;
}

/** Its address for Compute Engine. */
export function sourceOf({ bucket, name }: Pick<ObjectPlace, "bucket" | "name">): string {
  return `${GOOGLE}/${bucket}/${encodeURIComponent(name)}`;
}

export async function checkBucket(send: Send, place: ObjectPlace, signal: AbortSignal) {
  // Listing wants no right that sending and finding objects would not need.
  const answer = await send({ method: "GET", url: `${base(place)}/o?maxResults=1`, signal });
  if (answer.status === 404) throw new Error(`bucket: there is no bucket "${place.bucket}"`);
  if (answer.status !== 200) throw failure(`bucket: "${place.bucket}"`, answer);
}

/** Undefined: there is none (any more). */
export async function describeObject(
  send: Send,
  place: ObjectPlace,
  signal: AbortSignal,
): Promise<StoredObject | undefined> {
  const answer = await send({ method: "GET", url: urlOf(place), signal });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw failure(`gs://${place.bucket}/${place.name}`, answer);
  return JSON.parse(answer.text) as StoredObject;
}

/** Only this generation of it; succeeds when that is already gone or another one is there. */
export async function removeObject(
  send: Send,
  place: ObjectPlace,
  generation: string,
  signal: AbortSignal,
): Promise<void> {
  const url = `${urlOf(place)}?ifGenerationMatch=${generation}`;
  const answer = await send({ method: "DELETE", url, signal });
  const isDone = answer.status < 300 || answer.status === 404 || answer.status === 412;
  if (!isDone) throw failure(`gs://${place.bucket}/${place.name}`, answer);
}
