// Response.
import { Body, type BodyInit, extract } from "./body.ts";
import { Headers, type HeadersInit } from "./headers.ts";
import { URL } from "./url.ts";

export interface ResponseInit {
  readonly status?: number;
  readonly statusText?: string;
  readonly headers?: HeadersInit;
}

const bodiless = [101, 103, 204, 205, 304];

export class Response extends Body {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  #type: "default" | "error" = "default";
  #url = "";
  #isRedirected = false;

  constructor(body?: BodyInit | null, init: ResponseInit = {}) {
    const { content, type } = extract(body);
    super(content);
    const status = init.status === undefined ? 200 : Number(init.status);
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw new RangeError(`a response's status is from 200 to 599, not ${init.status}`);
    }
    if (content !== undefined && bodiless.includes(status)) {
      throw new TypeError(`a response with status ${status} has no body`);
    }
    this.status = status;
    this.statusText = String(init.statusText ?? "");
    this.headers = new Headers(init.headers);
    if (type !== undefined && !this.headers.has("content-type")) {
      this.headers.set("content-type", type);
    }
  }

  static error(): Response {
    const response = new Response();
    response.#type = "error";
    return response;
  }

  static json(data: unknown, init: ResponseInit = {}): Response {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError("Response.json: the value has no JSON");
    const headers = new Headers(init.headers);
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    return new Response(text, { ...init, headers });
  }

  static redirect(url: string | URL, status = 302): Response {
    if (![301, 302, 303, 307, 308].includes(status)) {
      throw new RangeError(`${status} is no status of a redirection`);
    }
    return new Response(null, { status, headers: { location: new URL(url).href } });
  }

  /** @internal One that fetch() has got. */
  static fetched(
    body: BodyInit | null,
    init: ResponseInit,
    url: string,
    isRedirected: boolean,
  ): Response {
    const response = new Response(bodiless.includes(init.status ?? 200) ? null : body, init);
    response.#url = url;
    response.#isRedirected = isRedirected;
    return response;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  get type(): string {
    return this.#type;
  }

  get url(): string {
    return this.#url;
  }

  get redirected(): boolean {
    return this.#isRedirected;
  }

  clone(): Response {
    const { status, statusText, headers } = this;
    const copy = new Response(this.branch() as BodyInit | undefined, {
      status,
      statusText,
      headers,
    });
    if (!headers.has("content-type")) copy.headers.delete("content-type");
    copy.#url = this.#url;
    copy.#isRedirected = this.#isRedirected;
    return copy;
  }

  /** @internal For the server. */
  take(): string | Uint8Array | undefined | Promise<Uint8Array> {
    return this.takeBody();
  }

  protected override bodyType(): string {
    return this.headers.get("content-type") ?? "";
  }

  get [Symbol.toStringTag](): string {
    return "Response";
  }
}
