// Requests through the handler, and its answers out.
import { errorText } from "./console.ts";
import { native } from "./native.ts";
import { Arrived, type Request } from "./request.ts";
import { Response } from "./response.ts";
import { runTimers } from "./timers.ts";

type Handler = (request: Request) => unknown;

/** A request on its way; `id` comes when it was not answered at once. */
interface Pending {
  id?: number;
}

let handler: Handler | undefined;
/** What the server may only send between events. */
const ready: (() => void)[] = [];
/** Promises that were rejected and that nobody has looked at. */
const rejections = new Map<unknown, unknown>();

/** The handler among what a module exports: its default, a function or an object with `fetch`. */
export function start(exports: Record<string, unknown>): void {
  const candidates = [exports.default, exports.handler, exports];
  for (const candidate of candidates) {
    if (typeof candidate === "function") {
      handler = candidate as Handler;
      return;
    }
    const fetch = (candidate as { fetch?: unknown } | null | undefined)?.fetch;
    if (typeof fetch === "function") {
      handler = (request) => fetch.call(candidate, request, native.environment, context);
      return;
    }
  }
  throw new TypeError(
    "the module exports no handler: export default a function from a Request to a Response, or an object with such a function as `fetch`",
  );
}

/** What workers elsewhere get as a third argument. */
const context = {
  waitUntil(promise: Promise<unknown>): void {
    promise.catch(report);
  },
  passThroughOnException(): void {},
};

export function report(error: unknown): void {
  const text = error instanceof Error ? errorText(error) : String(error);
  native.write(`Uncaught ${text}\n`, true);
}

export function dispatch(
  pending: Pending,
  method: string,
  target: string,
  host: string,
  headers: string,
  body: ArrayBuffer | undefined,
): void {
  try {
    const url = target.startsWith("/") ? `http://${host}${target}` : target;
    const bytes = body && new Uint8Array(body);
    const request = new Arrived(method, url, headers, bytes).request();
    const result = (handler as Handler)(request);
    if (result instanceof Response) answer(pending, result);
    else Promise.resolve(result).then((response) => answer(pending, response), failed(pending));
  } catch (error) {
    failed(pending)(error);
  }
}

function failed(pending: Pending): (error: unknown) => void {
  return (error) => {
    report(error);
    const type = ["content-type", "text/plain;charset=UTF-8"];
    send(pending, () => native.respond(pending.id ?? 0, 500, type, "Internal Server Error"));
  };
}

function answer(pending: Pending, response: unknown): void {
  try {
    if (!(response instanceof Response)) {
      throw new TypeError(`the handler returned ${String(response)}, which is no Response`);
    }
    const body = response.take();
    if (body instanceof Promise) {
      body.then((bytes) => sendResponse(pending, response, bytes), failed(pending));
    } else {
      sendResponse(pending, response, body);
    }
  } catch (error) {
    failed(pending)(error);
  }
}

/** The server says these itself. */
const framing = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding",
]);

function sendResponse(
  pending: Pending,
  response: Response,
  body: string | Uint8Array | undefined,
): void {
  const headers: string[] = [];
  for (const [name, value] of response.headers) {
    if (!framing.has(name)) headers.push(name, value);
  }
  send(pending, () => {
    try {
      native.respond(pending.id ?? 0, response.status, headers, body);
    } catch (error) {
      failed(pending)(error);
    }
  });
}

/** At once while the request is at hand, or else in the next turn: an answer may let the next
 * request of its connection in, and no other answer may come between. */
function send(pending: Pending, work: () => void): void {
  if (pending.id === undefined) {
    work();
  } else {
    ready.push(work);
    native.turnIn(0);
  }
}

export function turn(): void {
  for (const [, reason] of rejections) report(reason);
  rejections.clear();
  for (const work of ready.splice(0)) work();
  runTimers();
}

export function rejected(promise: unknown, reason: unknown, isHandled: boolean): void {
  if (isHandled) {
    rejections.delete(promise);
  } else {
    rejections.set(promise, reason);
    native.turnIn(0);
  }
}
