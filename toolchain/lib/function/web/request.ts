// Request.
import { Body, type BodyInit, extract } from "./body.ts";
import { AbortController, type AbortSignal } from "./events.ts";
import { Headers, type HeadersInit } from "./headers.ts";
import { URL } from "./url.ts";

export interface RequestInit {
  readonly method?: string;
  readonly headers?: HeadersInit;
  readonly body?: BodyInit | null;
  readonly signal?: AbortSignal | null;
  readonly redirect?: "follow" | "error" | "manual";
  readonly cache?: string;
  readonly credentials?: string;
  readonly mode?: string;
  readonly referrer?: string;
  readonly keepalive?: boolean;
  readonly duplex?: "half";
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const ordinary = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];

/** A request from outside: most handlers never ask for much of it, so it is made when they do. */
export class Arrived {
  readonly method: string;
  readonly url: string;
  /** See Headers.fromText. */
  readonly headers: string;
  readonly body: Uint8Array | undefined;

  constructor(method: string, url: string, headers: string, body: Uint8Array | undefined) {
    this.method = method;
    this.url = url;
    this.headers = headers;
    this.body = body;
  }

  request(): Request {
    return new Request(this as unknown as string);
  }
}

export class Request extends Body {
  readonly method: string;
  readonly redirect: "follow" | "error" | "manual";
  readonly keepalive: boolean;
  #url: string;
  #isUrlParsed = false;
  #headers: Headers | string;
  #signal: AbortSignal | undefined;

  constructor(input: string | URL | Request, init: RequestInit = {}) {
    const arrived =
      (input as unknown) instanceof Arrived ? (input as unknown as Arrived) : undefined;
    const from = input instanceof Request ? input : undefined;
    const { content, type } = arrived
      ? { content: arrived.body, type: undefined }
      : init.body === undefined || init.body === null
        ? { content: from?.branch(), type: undefined }
        : extract(init.body);
    super(content);
    this.method = arrived?.method ?? methodOf(init.method ?? from?.method ?? "GET");
    this.redirect = init.redirect ?? from?.redirect ?? "follow";
    this.keepalive = init.keepalive ?? from?.keepalive ?? false;
    if (arrived) {
      this.#url = arrived.url;
      this.#headers = arrived.headers;
      return;
    }
    if (content !== undefined && (this.method === "GET" || this.method === "HEAD")) {
      throw new TypeError(`a ${this.method} request has no body`);
    }
    this.#url = from ? from.url : new URL(input as string | URL).href;
    const headers = new Headers(init.headers ?? from?.headers);
    if (type !== undefined && !headers.has("content-type")) headers.set("content-type", type);
    this.#headers = headers;
    this.#signal = init.signal ?? from?.signal;
  }

  get url(): string {
    if (!this.#isUrlParsed) {
      this.#url = new URL(this.#url).href;
      this.#isUrlParsed = true;
    }
    return this.#url;
  }

  get headers(): Headers {
    if (typeof this.#headers === "string") this.#headers = Headers.fromText(this.#headers);
    return this.#headers;
  }

  get signal(): AbortSignal {
    this.#signal ??= new AbortController().signal;
    return this.#signal;
  }

  get cache(): string {
    return "default";
  }

  get credentials(): string {
    return "same-origin";
  }

  get destination(): string {
    return "";
  }

  get integrity(): string {
    return "";
  }

  get mode(): string {
    return "cors";
  }

  get referrer(): string {
    return "about:client";
  }

  get duplex(): "half" {
    return "half";
  }

  clone(): Request {
    return new Request(this);
  }

  protected override bodyType(): string {
    return this.headers.get("content-type") ?? "";
  }

  get [Symbol.toStringTag](): string {
    return "Request";
  }
}

function methodOf(given: string): string {
  const method = String(given);
  if (!token.test(method)) throw new TypeError(`"${method}" is no method`);
  const upper = method.toUpperCase();
  if (["CONNECT", "TRACE", "TRACK"].includes(upper)) {
    throw new TypeError(`requests of the method ${upper} cannot be made`);
  }
  return ordinary.includes(upper) ? upper : method;
}
