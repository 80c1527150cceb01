// Headers, as the Fetch standard has them.

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const forbidden = /[\0\r\n]|[^\0-\xff]/;

export type HeadersInit =
  | Headers
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string>>;

export class Headers {
  /** By lower-case name; several values of one name as they were appended. */
  #values = new Map<string, string[]>();

  constructor(init?: HeadersInit | null) {
    if (init === undefined || init === null) return;
    if (typeof init !== "object" && typeof init !== "function") {
      throw new TypeError("Headers: the argument must be an object");
    }
    if (Symbol.iterator in init) {
      for (const pair of init as Iterable<readonly string[]>) {
        const [name, value, ...rest] = [...pair];
        if (name === undefined || value === undefined || rest.length > 0) {
          throw new TypeError("Headers: each entry must be a name and a value");
        }
        this.append(name, value);
      }
    } else {
      for (const [name, value] of Object.entries(init)) this.append(name, value);
    }
  }

  /** Of a request as the C side gives them: "name:value\n" each, known to be well formed. */
  static fromText(text: string): Headers {
    const headers = new Headers();
    const values = headers.#values;
    for (let at = 0; at < text.length; ) {
      const end = text.indexOf("\n", at);
      const colon = text.indexOf(":", at);
      const name = text.slice(at, colon).toLowerCase();
      const value = text.slice(colon + 1, end);
      const known = values.get(name);
      if (known) known.push(value);
      else values.set(name, [value]);
      at = end + 1;
    }
    return headers;
  }

  append(name: string, value: string): void {
    const key = nameOf(name);
    const known = this.#values.get(key);
    if (known) known.push(checkedValue(value));
    else this.#values.set(key, [checkedValue(value)]);
  }

  delete(name: string): void {
    this.#values.delete(nameOf(name));
  }

  get(name: string): string | null {
    return this.#values.get(nameOf(name))?.join(", ") ?? null;
  }

  getSetCookie(): string[] {
    return [...(this.#values.get("set-cookie") ?? [])];
  }

  has(name: string): boolean {
    return this.#values.has(nameOf(name));
  }

  set(name: string, value: string): void {
    this.#values.set(nameOf(name), [checkedValue(value)]);
  }

  forEach(
    callback: (value: string, name: string, headers: Headers) => void,
    thisArgument?: unknown,
  ): void {
    for (const [name, value] of this) callback.call(thisArgument, value, name, this);
  }

  *entries(): IterableIterator<[string, string]> {
    for (const name of [...this.#values.keys()].sort()) {
      const values = this.#values.get(name) ?? [];
      // Cookies cannot be joined: their values hold commas.
      if (name === "set-cookie") for (const value of values) yield [name, value];
      else yield [name, values.join(", ")];
    }
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

  get [Symbol.toStringTag](): string {
    return "Headers";
  }
}

function nameOf(name: unknown): string {
  const text = String(name);
  if (!token.test(text)) throw new TypeError(`Headers: "${text}" is no name of a header`);
  return text.toLowerCase();
}

function checkedValue(value: unknown): string {
  const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
  if (forbidden.test(text)) throw new TypeError("Headers: a value holds what no header may");
  return text;
}
