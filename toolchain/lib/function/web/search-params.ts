// URLSearchParams: application/x-www-form-urlencoded as a list of names and values.
import { decodePercent, encodePercent, percentSets } from "./percent.ts";
import { TextDecoder } from "./text.ts";

export type SearchParamsInit =
  | string
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string>>;

export class URLSearchParams {
  #pairs: [string, string][] = [];
  /** Tells the URL whose query this is. */
  #changed: ((text: string) => void) | undefined;

  constructor(init: SearchParamsInit = "") {
    if (typeof init === "object" && init !== null) {
      if (Symbol.iterator in init) {
        for (const pair of init as Iterable<readonly string[]>) {
          const [name, value, ...rest] = [...pair];
          if (name === undefined || value === undefined || rest.length > 0) {
            throw new TypeError("URLSearchParams: each entry must be a name and a value");
          }
          this.#pairs.push([wellFormed(name), wellFormed(value)]);
        }
      } else {
        for (const [name, value] of Object.entries(init)) {
          this.#pairs.push([wellFormed(name), wellFormed(value)]);
        }
      }
    } else {
      this.#pairs = parse(String(init).replace(/^\?/, ""));
    }
  }

  /** @internal Of a URL: the query without "?", and who wants to know of changes. */
  static of(query: string, changed: (text: string) => void): URLSearchParams {
    const parameters = new URLSearchParams();
    parameters.#pairs = parse(query);
    parameters.#changed = changed;
    return parameters;
  }

  /** @internal The URL's query was replaced. */
  replace(query: string): void {
    this.#pairs = parse(query);
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: string, value: string): void {
    this.#pairs.push([wellFormed(name), wellFormed(value)]);
    this.#tell();
  }

  delete(name: string, value?: string): void {
    this.#pairs = this.#pairs.filter((pair) => !matches(pair, name, value));
    this.#tell();
  }

  get(name: string): string | null {
    return this.#pairs.find((pair) => matches(pair, name))?.[1] ?? null;
  }

  getAll(name: string): string[] {
    return this.#pairs.filter((pair) => matches(pair, name)).map(([, value]) => value);
  }

  has(name: string, value?: string): boolean {
    return this.#pairs.some((pair) => matches(pair, name, value));
  }

  set(name: string, value: string): void {
    const first = this.#pairs.find((pair) => matches(pair, name));
    if (first) {
      first[1] = wellFormed(value);
      this.#pairs = this.#pairs.filter((pair) => pair === first || !matches(pair, name));
    } else {
      this.#pairs.push([wellFormed(name), wellFormed(value)]);
    }
    this.#tell();
  }

  sort(): void {
    this.#pairs.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
    this.#tell();
  }

  forEach(
    callback: (value: string, name: string, parameters: URLSearchParams) => void,
    thisArgument?: unknown,
  ): void {
    for (const [name, value] of this) callback.call(thisArgument, value, name, this);
  }

  *entries(): IterableIterator<[string, string]> {
    for (let at = 0; at < this.#pairs.length; at++)
      yield [...(this.#pairs[at] as [string, string])];
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  toString(): string {
    return this.#pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
  }

  get [Symbol.toStringTag](): string {
    return "URLSearchParams";
  }

  #tell(): void {
    this.#changed?.(this.toString());
  }
}

function matches(pair: readonly string[], name: string, value?: string): boolean {
  return pair[0] === `${name}` && (value === undefined || pair[1] === `${value}`);
}

function wellFormed(text: unknown): string {
  return String(text).toWellFormed();
}

function parse(query: string): [string, string][] {
  const pairs: [string, string][] = [];
  for (const part of query.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    pairs.push([decode(name), decode(equals < 0 ? "" : part.slice(equals + 1))]);
  }
  return pairs;
}

function decode(text: string): string {
  if (!/[%+]/.test(text)) return text.toWellFormed();
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    decodePercent(text.replaceAll("+", " ")),
  );
}

function encode(text: string): string {
  return encodePercent(text, percentSets.form).replaceAll(" ", "+");
}
