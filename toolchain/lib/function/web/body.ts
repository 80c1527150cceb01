// What requests and responses have in common: a body that is read once.
import { Blob } from "./blob.ts";
import { FormData, formDataOf, multipart } from "./form-data.ts";
import { URLSearchParams } from "./search-params.ts";
import { ReadableStream } from "./streams.ts";
import { bytesOf, joined, TextDecoder, TextEncoder } from "./text.ts";

export type BodyInit =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | FormData
  | URLSearchParams
  | ReadableStream<Uint8Array>;

type Content = string | Uint8Array | ReadableStream<Uint8Array> | undefined;

/** What a body is made of, and the type that goes with it if nobody names one. */
export function extract(init: BodyInit | null | undefined): {
  readonly content: Content;
  readonly type?: string;
} {
  if (init === null || init === undefined) return { content: undefined };
  if (typeof init === "string") return { content: init, type: "text/plain;charset=UTF-8" };
  if (init instanceof URLSearchParams) {
    return { content: `${init}`, type: "application/x-www-form-urlencoded;charset=UTF-8" };
  }
  if (init instanceof ReadableStream) return { content: init };
  if (init instanceof Blob) {
    return { content: init.content, ...(init.type === "" ? {} : { type: init.type }) };
  }
  if (init instanceof FormData) return multipart(init);
  if (init instanceof ArrayBuffer || ArrayBuffer.isView(init)) {
    return { content: bytesOf(init).slice() };
  }
  return { content: String(init), type: "text/plain;charset=UTF-8" };
}

export class Body {
  #content: Content;
  #stream: ReadableStream<Uint8Array> | null | undefined;
  #isUsed = false;

  constructor(content: Content) {
    this.#content = content;
    if (content instanceof ReadableStream) this.#stream = content;
  }

  get bodyUsed(): boolean {
    return this.#isUsed || (this.#stream?.isDisturbed ?? false);
  }

  get body(): ReadableStream<Uint8Array> | null {
    if (this.#content === undefined) return null;
    if (!this.#stream) {
      const content = this.#content;
      this.#stream = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            const bytes = toBytes(content as string | Uint8Array);
            if (bytes.length > 0) controller.enqueue(bytes);
            controller.close();
          },
        },
        { highWaterMark: 0 },
      );
    }
    return this.#stream;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer;
  }

  async blob(): Promise<Blob> {
    return new Blob([await this.bytes()], { type: this.bodyType() });
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const content = await this.#take();
    return typeof content === "string" ? new TextEncoder().encode(content) : content;
  }

  async formData(): Promise<FormData> {
    return formDataOf(await this.bytes(), this.bodyType());
  }

  // biome-ignore lint/suspicious/noExplicitAny: as the standard's own declarations have it
  async json(): Promise<any> {
    return JSON.parse(await this.text());
  }

  async text(): Promise<string> {
    const content = await this.#take();
    return typeof content === "string" ? content : new TextDecoder().decode(content);
  }

  /** The value of Content-Type, or "". */
  protected bodyType(): string {
    return "";
  }

  /** For a copy: the content if nobody has read of it, else an error. A stream is divided. */
  protected branch(): Content {
    if (this.bodyUsed || this.#stream?.locked) throw new TypeError("the body was read already");
    if (!this.#stream) return this.#content;
    const [own, other] = this.#stream.tee();
    this.#content = this.#stream = own;
    return other;
  }

  /** For the server: what can be sent at once, or a promise of it. Counts as reading it. */
  protected takeBody(): string | Uint8Array | undefined | Promise<Uint8Array> {
    if (this.bodyUsed) throw new TypeError("the body was read already");
    if (this.#content === undefined) return undefined;
    this.#isUsed = true;
    return this.#stream ? readAll(this.#stream) : (this.#content as string | Uint8Array);
  }

  async #take(): Promise<string | Uint8Array<ArrayBuffer>> {
    if (this.bodyUsed || this.#stream?.locked) throw new TypeError("the body was read already");
    if (this.#content === undefined) return "";
    this.#isUsed = true;
    if (this.#stream) return readAll(this.#stream);
    const content = this.#content as string | Uint8Array;
    return typeof content === "string" ? content : content.slice();
  }
}

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) {
    if (!(part instanceof Uint8Array)) {
      throw new TypeError("a body's stream must consist of Uint8Arrays");
    }
    parts.push(part);
  }
  return joined(parts);
}
