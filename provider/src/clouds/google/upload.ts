// A resumable upload to Google Cloud Storage: after whatever disturbs it, it asks how much has
// arrived and goes on from there, also in a later process.
import { createHash } from "node:crypto";
import { crc32cText } from "./crc32c.ts";
import { type ObjectPlace, removeObject, type StoredObject, uploadUrl } from "./object-service.ts";
import {
  backOff,
  failure,
  type GoogleAnswer,
  isPassing,
  patienceWithGoogle,
  type Send,
} from "./requests.ts";
import type { UploadSessions } from "./upload-sessions.ts";

/** Pieces are whole multiples of 256 KiB; more at once is not faster. */
const PIECE_BYTES = 8 * 2 ** 20;

export interface Upload {
  readonly place: ObjectPlace;
  readonly content: Buffer;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  onProgress(message: string): void;
}

export interface UploadLimits {
  /** Of one request; default: 8 MiB. */
  readonly pieceBytes?: number;
  /** How often in a row it may be cut before it has failed; default: 10. */
  readonly attempts?: number;
}

type Progress = { readonly arrived: number } | { readonly object: StoredObject } | "no such upload";

export async function uploadObject(
  send: Send,
  sessions: UploadSessions,
  upload: Upload,
  { pieceBytes = PIECE_BYTES, attempts = patienceWithGoogle.attempts }: UploadLimits = {},
): Promise<StoredObject> {
  const { place, content, signal } = upload;
  const md5 = createHash("md5").update(content).digest("base64");
  const key = `${place.endpoint ?? ""} ${place.bucket} ${place.name} ${md5}`;
  const checksums = { md5Hash: md5, crc32c: crc32cText(content) };
  let session = sessions.read(key);
  let progress: Progress =
    session === undefined ? "no such upload" : await ask(send, session, content.length, signal);
  for (let failures = 0; ; ) {
    if (progress !== "no such upload" && "object" in progress) break;
    if (session === undefined || progress === "no such upload") {
      session = await begin(send, upload, checksums);
      sessions.write(key, session);
      progress = { arrived: 0 };
    }
    upload.onProgress(`sent ${progress.arrived} of ${content.length} bytes`);
    const { arrived } = progress;
    const next: Progress | undefined = await put(
      send,
      session,
      content,
      arrived,
      pieceBytes,
      signal,
    );
    if (next !== undefined && next !== "no such upload") {
      progress = next;
      failures = 0;
      continue;
    }
    failures += 1;
    if (failures === attempts) {
      throw new Error(`the upload to gs://${place.bucket}/${place.name} was cut ${failures} times`);
    }
    await backOff(failures, signal);
    progress = next ?? (await ask(send, session, content.length, signal));
  }
  const { object } = progress;
  sessions.forget(key);
  const isWhole = object.crc32c === checksums.crc32c && (object.md5Hash ?? md5) === md5;
  if (!isWhole) {
    await removeObject(send, place, object.generation, signal);
    throw new Error(
      `gs://${place.bucket}/${place.name} arrived damaged (CRC32C ${object.crc32c}, not ${checksums.crc32c}) and was removed; try again`,
    );
  }
  return object;
}

async function begin(
  send: Send,
  { place, content, contentType, metadata, signal }: Upload,
  checksums: { readonly md5Hash: string; readonly crc32c: string },
): Promise<string> {
  const answer = await send({
    method: "POST",
    url: uploadUrl(place),
    headers: {
      "content-type": "application/json",
      "x-upload-content-type": contentType,
      "x-upload-content-length": String(content.length),
    },
    // With its checksums Google itself refuses what arrives damaged.
    body: JSON.stringify({ name: place.name, contentType, metadata, ...checksums }),
    signal,
  });
  const session = answer.headers.get("location");
  if (answer.status === 404) throw new Error(`bucket: there is no bucket "${place.bucket}"`);
  if (answer.status !== 200 || session === null) {
    throw failure(`gs://${place.bucket}/${place.name}`, answer);
  }
  return session;
}

/** Undefined: it was disturbed, and what arrived has to be asked for. */
async function put(
  send: Send,
  session: string,
  content: Buffer,
  from: number,
  pieceBytes: number,
  signal: AbortSignal,
): Promise<Progress | undefined> {
  const piece = content.subarray(from, from + pieceBytes);
  const range = `bytes ${from}-${from + piece.length - 1}/${content.length}`;
  let answer: GoogleAnswer;
  try {
    const body = new Uint8Array(piece);
    const headers = { "content-range": range };
    answer = await send({ method: "PUT", url: session, headers, body, signal, attempts: 1 });
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
  return isPassing(answer) ? undefined : progressIn(answer);
}

async function ask(
  send: Send,
  session: string,
  total: number,
  signal: AbortSignal,
): Promise<Progress> {
  const headers = { "content-range": `bytes */${total}`, "content-length": "0" };
  return progressIn(await send({ method: "PUT", url: session, headers, body: "", signal }));
}

function progressIn(answer: GoogleAnswer): Progress {
  if (answer.status === 200 || answer.status === 201) return { object: JSON.parse(answer.text) };
  if (answer.status === 404 || answer.status === 410) return "no such upload";
  if (answer.status !== 308) throw failure("the upload", answer);
  const last = /-(\d+)$/.exec(answer.headers.get("range") ?? "")?.[1];
  return { arrived: last === undefined ? 0 : Number(last) + 1 };
}
