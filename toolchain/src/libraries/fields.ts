// Reads a JSON object field by field, refuses wrong types and, at the end, unknown fields.

export class FieldReader {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #file: string;
  readonly #path: string;
  readonly #where: string;
  readonly #seen = new Set<string>();

  /** `file` and `path` name the place in errors. */
  constructor(value: unknown, file: string, path = "") {
    this.#file = file;
    this.#path = path;
    this.#where = path ? `${file}: ${path}` : file;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new Error(`${this.#where}: must be an object`);
    }
    this.#value = value as Readonly<Record<string, unknown>>;
  }

  has(name: string): boolean {
    return this.#value[name] !== undefined;
  }

  string(name: string): string {
    const value = this.optionalString(name);
    if (value === undefined) throw new Error(`${this.#where}: ${name} is missing`);
    return value;
  }

  optionalString(name: string): string | undefined {
    const value = this.raw(name);
    if (value !== undefined && typeof value !== "string") this.#wrong(name, "a string");
    return value as string | undefined;
  }

  optionalBoolean(name: string): boolean | undefined {
    const value = this.raw(name);
    if (value !== undefined && typeof value !== "boolean") this.#wrong(name, "true or false");
    return value as boolean | undefined;
  }

  /** Absent: empty. */
  array(name: string): readonly unknown[] {
    const value = this.raw(name) ?? [];
    if (!Array.isArray(value)) this.#wrong(name, "an array");
    return value as unknown[];
  }

  /** Absent: empty. */
  strings(name: string): readonly string[] {
    const value = this.array(name);
    if (!value.every((item) => typeof item === "string")) this.#wrong(name, "an array of strings");
    return value as string[];
  }

  /** Absent: empty. */
  object(name: string): Readonly<Record<string, unknown>> {
    const value = this.raw(name) ?? {};
    if (typeof value !== "object" || Array.isArray(value)) this.#wrong(name, "an object");
    return value as Record<string, unknown>;
  }

  /** A reader for an object inside this one. */
  reader(name: string): FieldReader {
    return new FieldReader(this.raw(name), this.#file, this.#inner(name));
  }

  /** Readers for an array of objects. */
  readers(name: string): FieldReader[] {
    return this.array(name).map(
      (value, index) => new FieldReader(value, this.#file, `${this.#inner(name)}[${index}]`),
    );
  }

  #inner(name: string): string {
    return this.#path ? `${this.#path}.${name}` : name;
  }

  raw(name: string): unknown {
    this.#seen.add(name);
    return this.#value[name];
  }

  /** Refuses what nobody asked for: a misspelt field would otherwise be ignored. */
  finish(): void {
    for (const name of Object.keys(this.#value)) {
      if (!this.#seen.has(name)) {
        const known = [...this.#seen].sort().join(", ");
        throw new Error(`${this.#where}: unknown field "${name}" (known: ${known})`);
      }
    }
  }

  #wrong(name: string, expected: string): never {
    throw new Error(`${this.#where}: ${name} must be ${expected}`);
  }
}
