// Puts what handlers find in place, and gives the C side its hooks. Bundled to one script, which is
// compiled when an image is built.
import { atob, btoa } from "./base64.ts";
import { Blob, File } from "./blob.ts";
import { structuredClone } from "./clone.ts";
import { console } from "./console.ts";
import { CryptoKey, crypto } from "./crypto.ts";
import {
  AbortController,
  AbortSignal,
  CustomEvent,
  DOMException,
  Event,
  EventTarget,
} from "./events.ts";
import { fetch } from "./fetch.ts";
import { FormData } from "./form-data.ts";
import { Headers } from "./headers.ts";
import { native } from "./native.ts";
import { Request } from "./request.ts";
import { Response } from "./response.ts";
import { URLSearchParams } from "./search-params.ts";
import { dispatch, rejected, report, start, turn } from "./server.ts";
import {
  ReadableStream,
  ReadableStreamDefaultController,
  ReadableStreamDefaultReader,
} from "./streams.ts";
import { TextDecoder, TextEncoder } from "./text.ts";
import { clearTimeout, queueMicrotask, setInterval, setTimeout } from "./timers.ts";
import { URL } from "./url.ts";

const startedMs = native.now();

const globals = {
  AbortController,
  AbortSignal,
  Blob,
  CryptoKey,
  CustomEvent,
  DOMException,
  Event,
  EventTarget,
  File,
  FormData,
  Headers,
  ReadableStream,
  ReadableStreamDefaultController,
  ReadableStreamDefaultReader,
  Request,
  Response,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
  atob,
  btoa,
  clearInterval: clearTimeout,
  clearTimeout,
  console,
  crypto,
  fetch,
  navigator: { userAgent: "pulumi-unikernel" },
  performance: { now: () => native.now() - startedMs, timeOrigin: Date.now() },
  // What programs for servers ask for their configuration.
  process: { env: native.environment },
  queueMicrotask,
  reportError: report,
  self: globalThis,
  setInterval,
  setTimeout,
  structuredClone,
};

for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}

Object.assign(native, { dispatch, start, turn, rejected });
