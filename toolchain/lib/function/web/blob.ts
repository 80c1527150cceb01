// Blob and File: bytes with a type.
import { ReadableStream } from "./streams.ts";
import { bytesOf, joined, TextDecoder, TextEncoder } from "./text.ts";

export type BlobPart = string | ArrayBuffer | ArrayBufferView | Blob;

export class Blob {
  readonly type: string;
  /** @internal */
  readonly content: Uint8Array<ArrayBuffer>;

  constructor(parts: Iterable<BlobPart> = [], options: { readonly type?: string } = {}) {
    const type = String(options.type ?? "");
    this.type = /^[ -~]*$/.test(type) ? type.toLowerCase() : "";
    this.content = joined([...parts].map(partBytes));
  }

  get size(): number {
    return this.content.length;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.content.slice().buffer;
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.content.slice();
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(this.content);
  }

  slice(start?: number, end?: number, type = ""): Blob {
    return new Blob([this.content.slice(start, end)], { type });
  }

  stream(): ReadableStream<Uint8Array> {
    return ReadableStream.from<Uint8Array>([this.content.slice()]);
  }

  get [Symbol.toStringTag](): string {
    return "Blob";
  }
}

export class File extends Blob {
  readonly name: string;
  readonly lastModified: number;

  constructor(
    parts: Iterable<BlobPart>,
    name: string,
    options: { readonly type?: string; readonly lastModified?: number } = {},
  ) {
    super(parts, options);
    this.name = String(name);
    this.lastModified = options.lastModified ?? Date.now();
  }

  override get [Symbol.toStringTag](): string {
    return "File";
  }
}

function partBytes(part: BlobPart): Uint8Array {
  if (part instanceof Blob) return part.content;
  if (part instanceof ArrayBuffer || ArrayBuffer.isView(part)) return bytesOf(part);
  return new TextEncoder().encode(String(part));
}
