// Requests to Google's interfaces: with the credentials that Google's own tools would use, and
// tried again where that helps.
import { pause } from "../../guests/wait.ts";

const SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";
/** How long and how often something is tried. */
export interface Patience {
  readonly answerTimeoutMs: number;
  readonly attempts: number;
}

export const patienceWithGoogle: Patience = { answerTimeoutMs: 60_000, attempts: 10 };
const FIRST_PAUSE_MS = 100;
const PAUSE_MS_MAX = 10_000;
/** As Google says of its services: later they may do it. */
const PASSING: readonly number[] = [408, 429, 500, 502, 503, 504];

export interface GoogleRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
  /** How often it is tried at the most; default: as often as patience allows. */
  readonly attempts?: number;
}

export interface GoogleAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export type Send = (request: GoogleRequest) => Promise<GoogleAnswer>;

/** The headers that say who asks. */
export type Credentials = () => Promise<Readonly<Record<string, string>>>;

/** What Google's tools go by, and a token in the environment before that, as Pulumi's do. */
export function googleCredentials(): Credentials {
  const token = process.env.GOOGLE_OAUTH_ACCESS_TOKEN;
  if (token) return async () => ({ authorization: `Bearer ${token}` });
  let client: Promise<{ getRequestHeaders(): Promise<Headers> }> | undefined;
  return async () => {
    client ??= import("google-auth-library").then(
      ({ GoogleAuth }) => new GoogleAuth({ scopes: SCOPE }),
    );
    return Object.fromEntries(await (await client).getRequestHeaders());
  };
}

/** Returns the last answer, whatever it says; throws where none came. */
export function googleRequests(credentials: Credentials, patience = patienceWithGoogle): Send {
  return async ({ method, url, headers, body, signal, attempts = patience.attempts }) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await fetch(url, {
          method,
          headers: { ...(await credentials()), ...headers },
          ...(body === undefined ? {} : { body }),
          signal: AbortSignal.any([signal, AbortSignal.timeout(patience.answerTimeoutMs)]),
          // 308 is how an upload's progress is told.
          redirect: "manual",
        });
        const { status } = answer;
        const text = await answer.text();
        if (!PASSING.includes(status) || attempt === attempts) {
          return { status, headers: answer.headers, text };
        }
      } catch (error) {
        signal.throwIfAborted();
        if (attempt === attempts) throw new Error(reasonOf(method, url, error), { cause: error });
      }
      await backOff(attempt, signal);
    }
  };
}

export function isPassing({ status }: GoogleAnswer): boolean {
  return PASSING.includes(status);
}

/** Later and later, and not all at the same time. */
export async function backOff(attempt: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(PAUSE_MS_MAX, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  await pause(longest * (0.5 + Math.random() / 2), signal);
}

/** Why an answer is not what was hoped for. */
export function failure(what: string, { status, text }: GoogleAnswer): Error {
  let message = text;
  try {
    message = (JSON.parse(text) as { error?: { message?: string } }).error?.message ?? text;
  } catch {
    // Not all of Google's answers are JSON.
  }
  return new Error(
    `${what}: Google answered ${status}${message ? `, ${message.slice(0, 500)}` : ""}`,
  );
}

function reasonOf(method: string, url: string, error: unknown): string {
  const { message, cause } = error as Error & { readonly cause?: Error };
  // What stands behind the "?" may be the key of an upload.
  return `${method} ${url.split("?")[0]}: ${cause?.message || message}`;
}
