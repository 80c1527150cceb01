// Takes an HTTP/1.1 answer apart as its bytes arrive: head, and a body with a length, in chunks, or
// until the end.
import { Headers } from "./headers.ts";
import { joined } from "./text.ts";

export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

const headBytesMax = 65536;

export class AnswerReader {
  readonly #isBodiless: boolean;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  #head: Omit<Answer, "body"> | undefined;
  #chunks: Uint8Array[] = [];

  /** Of a request with HEAD, whose answer has no body. */
  constructor(isHead: boolean) {
    this.#isBodiless = isHead;
  }

  /** The answer when these bytes end it. */
  add(bytes: Uint8Array): Answer | undefined {
    this.#bytes = joined([this.#bytes, bytes]);
    return this.#step(false);
  }

  /** The peer has ended; throws when the answer is not whole. */
  end(): Answer {
    const answer = this.#step(true);
    if (!answer) throw new TypeError("the other server ended before its answer did");
    return answer;
  }

  #step(hasEnded: boolean): Answer | undefined {
    // What comes before the real answer, such as 100, is read over.
    while (!this.#head) {
      const head = this.#takeHead();
      if (!head) return undefined;
      if (head.status >= 200) this.#head = head;
    }
    const head = this.#head;
    if (this.#isBodiless || head.status === 204 || head.status === 304) {
      return { ...head, body: new Uint8Array() };
    }
    if (/\bchunked\s*$/i.test(head.headers.get("transfer-encoding") ?? "")) {
      return this.#takeChunks() ? { ...head, body: joined(this.#chunks) } : undefined;
    }
    const length = head.headers.get("content-length");
    if (length === null) return hasEnded ? { ...head, body: this.#bytes } : undefined;
    if (!/^\d+$/.test(length)) throw new TypeError(`the answer's length is "${length}"`);
    if (this.#bytes.length < Number(length)) return undefined;
    return { ...head, body: this.#bytes.slice(0, Number(length)) };
  }

  #takeHead(): Omit<Answer, "body"> | undefined {
    const end = find(this.#bytes, "\r\n\r\n", 0);
    if (end < 0 && this.#bytes.length > headBytesMax) throw new TypeError("the head is too long");
    if (end < 0) return undefined;
    const [line = "", ...lines] = latin(this.#bytes.subarray(0, end)).split("\r\n");
    const [, status, statusText = ""] = /^HTTP\/1\.\d (\d{3})(?: (.*))?$/.exec(line) ?? [];
    if (status === undefined) throw new TypeError("what answers is no HTTP/1.1 server");
    const headers = new Headers();
    for (const field of lines) {
      const colon = field.indexOf(":");
      headers.append(field.slice(0, colon), field.slice(colon + 1));
    }
    this.#bytes = this.#bytes.slice(end + 4);
    return { status: Number(status), statusText, headers };
  }

  /** Whether the last chunk and the trailers are there. */
  #takeChunks(): boolean {
    for (;;) {
      const end = find(this.#bytes, "\r\n", 0);
      if (end < 0) return false;
      const [, digits] =
        /^([\da-f]+)[\t ]*(?:;.*)?$/i.exec(latin(this.#bytes.subarray(0, end))) ?? [];
      if (digits === undefined) throw new TypeError("the answer's chunks are malformed");
      const length = Number.parseInt(digits, 16);
      if (length === 0) return find(this.#bytes, "\r\n\r\n", end) >= 0;
      if (this.#bytes.length < end + 2 + length + 2) return false;
      this.#chunks.push(this.#bytes.slice(end + 2, end + 2 + length));
      this.#bytes = this.#bytes.slice(end + 2 + length + 2);
    }
  }
}

function latin(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function find(bytes: Uint8Array, text: string, from: number): number {
  for (let at = from; at + text.length <= bytes.length; at++) {
    let place = 0;
    while (place < text.length && bytes[at + place] === text.charCodeAt(place)) place++;
    if (place === text.length) return at;
  }
  return -1;
}
