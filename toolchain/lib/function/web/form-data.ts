// FormData, and its two forms on the wire: application/x-www-form-urlencoded and
// multipart/form-data.
import { Blob, File } from "./blob.ts";
import { native } from "./native.ts";
import { URLSearchParams } from "./search-params.ts";
import { joined, TextDecoder, TextEncoder } from "./text.ts";

export type FormDataValue = string | File;

export class FormData {
  #entries: [string, FormDataValue][] = [];

  append(name: string, value: unknown, filename?: string): void {
    this.#entries.push([String(name), entryValue(value, filename)]);
  }

  delete(name: string): void {
    this.#entries = this.#entries.filter(([key]) => key !== String(name));
  }

  get(name: string): FormDataValue | null {
    return this.#entries.find(([key]) => key === String(name))?.[1] ?? null;
  }

  getAll(name: string): FormDataValue[] {
    return this.#entries.filter(([key]) => key === String(name)).map(([, value]) => value);
  }

  has(name: string): boolean {
    return this.#entries.some(([key]) => key === String(name));
  }

  set(name: string, value: unknown, filename?: string): void {
    const entry: [string, FormDataValue] = [String(name), entryValue(value, filename)];
    const place = this.#entries.findIndex(([key]) => key === entry[0]);
    this.delete(entry[0]);
    this.#entries.splice(place < 0 ? this.#entries.length : place, 0, entry);
  }

  forEach(callback: (value: FormDataValue, name: string, data: FormData) => void): void {
    for (const [name, value] of this) callback(value, name, this);
  }

  *entries(): IterableIterator<[string, FormDataValue]> {
    for (const [name, value] of this.#entries) yield [name, value];
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.#entries) yield name;
  }

  *values(): IterableIterator<FormDataValue> {
    for (const [, value] of this.#entries) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, FormDataValue]> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return "FormData";
  }
}

function entryValue(value: unknown, filename: string | undefined): FormDataValue {
  if (!(value instanceof Blob)) return String(value);
  if (value instanceof File && filename === undefined) return value;
  return new File([value], filename ?? "blob", { type: value.type });
}

/** A form as multipart/form-data with a boundary of its own. */
export function multipart(data: FormData): { content: Uint8Array<ArrayBuffer>; type: string } {
  const random = new Uint8Array(16);
  native.random(random);
  const boundary = `form-${[...random].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  for (const [name, value] of data) {
    const isFile = typeof value !== "string";
    const file = isFile ? `; filename="${escapeName(value.name)}"` : "";
    const type = isFile ? `Content-Type: ${value.type || "application/octet-stream"}\r\n` : "";
    parts.push(
      encoder.encode(
        `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"${file}\r\n${type}\r\n`,
      ),
      isFile ? value.content : encoder.encode(value.replace(/\r\n|\r|\n/g, "\r\n")),
      encoder.encode("\r\n"),
    );
  }
  parts.push(encoder.encode(`--${boundary}--\r\n`));
  return { content: joined(parts), type: `multipart/form-data; boundary=${boundary}` };
}

function escapeName(name: string): string {
  return name.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
}

/** The form in a body of this type. */
export function formDataOf(bytes: Uint8Array, type: string): FormData {
  const essence = (type.split(";")[0] as string).trim().toLowerCase();
  const data = new FormData();
  if (essence === "application/x-www-form-urlencoded") {
    const pairs = new URLSearchParams(new TextDecoder().decode(bytes));
    for (const [name, value] of pairs) data.append(name, value);
    return data;
  }
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(type);
  if (essence !== "multipart/form-data" || !boundary) {
    throw new TypeError(`formData: the body's type is "${type}", which is no form`);
  }
  for (const part of divide(bytes, `--${boundary[1] ?? boundary[2]}`)) addPart(data, part);
  return data;
}

/** Bytes as a string of as many characters, where patterns can be searched. */
function latin(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

function divide(bytes: Uint8Array, delimiter: string): Uint8Array[] {
  const text = `\r\n${latin(bytes)}`;
  const parts: Uint8Array[] = [];
  let at = text.indexOf(`\r\n${delimiter}`);
  for (;;) {
    if (at < 0) throw new TypeError("formData: the body does not end as it has to");
    const start = at + 2 + delimiter.length;
    if (text.startsWith("--", start)) return parts;
    const end = text.indexOf(`\r\n${delimiter}`, start);
    const line = text.indexOf("\r\n", start);
    if (end >= 0) parts.push(bytes.subarray(line, end - 2));
    at = end;
  }
}

function addPart(data: FormData, part: Uint8Array): void {
  const end = latin(part).indexOf("\r\n\r\n");
  if (end < 0) throw new TypeError("formData: a part has no end of its headers");
  const head = new TextDecoder().decode(part.subarray(0, end));
  const body = part.subarray(end + 4);
  const disposition = /^content-disposition:\s*form-data\s*(;.*)$/im.exec(head)?.[1] ?? "";
  const name = /;\s*name="([^"]*)"/i.exec(disposition)?.[1];
  if (name === undefined) throw new TypeError("formData: a part has no name");
  const filename = /;\s*filename="([^"]*)"/i.exec(disposition)?.[1];
  if (filename === undefined) {
    data.append(unescapeName(name), new TextDecoder().decode(body));
    return;
  }
  const type = /^content-type:\s*(.*?)\s*$/im.exec(head)?.[1] ?? "text/plain";
  data.append(unescapeName(name), new File([body], unescapeName(filename), { type }));
}

function unescapeName(name: string): string {
  return name.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%22", '"');
}
