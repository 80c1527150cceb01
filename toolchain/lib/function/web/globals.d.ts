// What handlers find in a guest, for TypeScript: `"types": ["@pulumi-unikernel/toolchain/handler"]` and
// `"lib": ["ESNext"]` in the tsconfig.json of handlers, instead of the declarations of Node.js or the DOM.
// The declarations are those of what really runs there.
import type * as base64Module from "./base64.ts";
import type * as blobModule from "./blob.ts";
import type * as cloneModule from "./clone.ts";
import type * as consoleModule from "./console.ts";
import type * as cryptoModule from "./crypto.ts";
import type * as eventsModule from "./events.ts";
import type * as fetchModule from "./fetch.ts";
import type * as formDataModule from "./form-data.ts";
import type * as headersModule from "./headers.ts";
import type * as requestModule from "./request.ts";
import type * as responseModule from "./response.ts";
import type * as searchParamsModule from "./search-params.ts";
import type * as streamsModule from "./streams.ts";
import type * as textModule from "./text.ts";
import type * as timersModule from "./timers.ts";
import type * as urlModule from "./url.ts";

declare global {
  interface AbortController extends eventsModule.AbortController {}
  var AbortController: typeof eventsModule.AbortController;
  interface AbortSignal extends eventsModule.AbortSignal {}
  var AbortSignal: typeof eventsModule.AbortSignal;
  interface Blob extends blobModule.Blob {}
  var Blob: typeof blobModule.Blob;
  interface CryptoKey extends cryptoModule.CryptoKey {}
  var CryptoKey: typeof cryptoModule.CryptoKey;
  interface CustomEvent<Detail = unknown> extends eventsModule.CustomEvent<Detail> {}
  var CustomEvent: typeof eventsModule.CustomEvent;
  interface DOMException extends eventsModule.DOMException {}
  var DOMException: typeof eventsModule.DOMException;
  interface Event extends eventsModule.Event {}
  var Event: typeof eventsModule.Event;
  interface EventTarget extends eventsModule.EventTarget {}
  var EventTarget: typeof eventsModule.EventTarget;
  interface File extends blobModule.File {}
  var File: typeof blobModule.File;
  interface FormData extends formDataModule.FormData {}
  var FormData: typeof formDataModule.FormData;
  interface Headers extends headersModule.Headers {}
  var Headers: typeof headersModule.Headers;
  // biome-ignore lint/suspicious/noExplicitAny: as the class has it
  interface ReadableStream<Chunk = any> extends streamsModule.ReadableStream<Chunk> {}
  var ReadableStream: typeof streamsModule.ReadableStream;
  interface ReadableStreamDefaultController<Chunk = unknown>
    extends streamsModule.ReadableStreamDefaultController<Chunk> {}
  var ReadableStreamDefaultController: typeof streamsModule.ReadableStreamDefaultController;
  interface ReadableStreamDefaultReader<Chunk = unknown>
    extends streamsModule.ReadableStreamDefaultReader<Chunk> {}
  var ReadableStreamDefaultReader: typeof streamsModule.ReadableStreamDefaultReader;
  interface Request extends requestModule.Request {}
  var Request: typeof requestModule.Request;
  interface Response extends responseModule.Response {}
  var Response: typeof responseModule.Response;
  interface TextDecoder extends textModule.TextDecoder {}
  var TextDecoder: typeof textModule.TextDecoder;
  interface TextEncoder extends textModule.TextEncoder {}
  var TextEncoder: typeof textModule.TextEncoder;
  interface URL extends urlModule.URL {}
  var URL: typeof urlModule.URL;
  interface URLSearchParams extends searchParamsModule.URLSearchParams {}
  var URLSearchParams: typeof searchParamsModule.URLSearchParams;
  var atob: typeof base64Module.atob;
  var btoa: typeof base64Module.btoa;
  var structuredClone: typeof cloneModule.structuredClone;
  var console: typeof consoleModule.console;
  var crypto: typeof cryptoModule.crypto;
  var fetch: typeof fetchModule.fetch;
  var setTimeout: typeof timersModule.setTimeout;
  var setInterval: typeof timersModule.setInterval;
  var clearTimeout: typeof timersModule.clearTimeout;
  var queueMicrotask: typeof timersModule.queueMicrotask;
  var clearInterval: typeof timersModule.clearTimeout;
  var performance: { now(): number; readonly timeOrigin: number };
  var process: { readonly env: Record<string, string | undefined> };
  var reportError: (error: unknown) => void;
}
