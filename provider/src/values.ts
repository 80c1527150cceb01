// Property values as a resource sees them: plain TypeScript, no protobufs. The wire form and
// the conversion stand in server/.

/** A value that is not known during preview. */
export class Unknown {
  static readonly instance = new Unknown();
  /** Without a member of its own the type would match every object. */
  readonly isUnknown = true;
}

/** A secret. Secrets never nest: Secret(Secret(x)) is Secret(x). */
export class Secret {
  readonly value: PropertyValue;
  constructor(value: PropertyValue) {
    this.value = value instanceof Secret ? value.value : value;
  }
}

/** A first-class output value: possibly unknown, possibly secret, with dependencies. */
export class Output {
  /** undefined: not known. */
  readonly value: PropertyValue | undefined;
  readonly secret: boolean;
  readonly dependencies: readonly string[];
  constructor(value: PropertyValue | undefined, secret: boolean, dependencies: readonly string[]) {
    this.value = value;
    this.secret = secret;
    this.dependencies = dependencies;
  }
}

export type AssetSource =
  | { readonly text: string }
  | { readonly path: string }
  | { readonly uri: string };

export class Asset {
  readonly source: AssetSource;
  /** SHA-256 in hex, as the engine computed it. */
  readonly hash: string | undefined;
  constructor(source: AssetSource, hash?: string) {
    this.source = source;
    this.hash = hash;
  }
}

export type ArchiveSource =
  | { readonly assets: Readonly<Record<string, Asset | Archive>> }
  | { readonly path: string }
  | { readonly uri: string };

export class Archive {
  readonly source: ArchiveSource;
  readonly hash: string | undefined;
  constructor(source: ArchiveSource, hash?: string) {
    this.source = source;
    this.hash = hash;
  }
}

export class ResourceReference {
  readonly urn: string;
  /** undefined: the resource has none or it is not known yet. */
  readonly id: string | Unknown | undefined;
  readonly packageVersion: string;
  constructor(urn: string, id: string | Unknown | undefined, packageVersion = "") {
    this.urn = urn;
    this.id = id;
    this.packageVersion = packageVersion;
  }
}

export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | readonly PropertyValue[]
  | PropertyMap
  | Unknown
  | Secret
  | Output
  | Asset
  | Archive
  | ResourceReference;

export interface PropertyMap {
  readonly [key: string]: PropertyValue;
}

/** Whether a value is an object with properties, i.e. none of the classes above. */
export function isPropertyMap(value: PropertyValue | undefined): value is PropertyMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Unknown) &&
    !(value instanceof Secret) &&
    !(value instanceof Output) &&
    !(value instanceof Asset) &&
    !(value instanceof Archive) &&
    !(value instanceof ResourceReference)
  );
}

export function isPropertyList(
  value: PropertyValue | undefined,
): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

/** Applies `change` to every element of a list or object, and leaves other values alone. */
export function mapElements(
  value: PropertyValue,
  change: (element: PropertyValue) => PropertyValue,
): PropertyValue {
  if (isPropertyList(value)) return value.map(change);
  if (isPropertyMap(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
  }
  return value;
}

/** The value without secrets and output values at any depth; what is not known is Unknown. Do not
 * log what comes out, and do not put it into a state: the server marks as secret only properties
 * of the same path as the secret input. */
export function unwrap(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return unwrap(value.value);
  if (value instanceof Output) {
    return value.value === undefined ? Unknown.instance : unwrap(value.value);
  }
  return mapElements(value, unwrap);
}

/** `unwrap` for a whole map. */
export function unwrapMap(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, unwrap(value)]));
}

/** Whether `test` holds for the value or for anything inside it. */
function contains(value: PropertyValue, test: (value: PropertyValue) => boolean): boolean {
  if (test(value)) return true;
  if (value instanceof Secret) return contains(value.value, test);
  if (value instanceof Output) return value.value !== undefined && contains(value.value, test);
  if (isPropertyList(value)) return value.some((element) => contains(element, test));
  if (isPropertyMap(value)) return Object.values(value).some((item) => contains(item, test));
  return false;
}

/** Whether the value or anything inside it is not known yet. */
export function containsUnknown(value: PropertyValue): boolean {
  return contains(
    value,
    (inner) =>
      inner instanceof Unknown ||
      (inner instanceof Output && inner.value === undefined) ||
      (inner instanceof ResourceReference && inner.id instanceof Unknown),
  );
}

/** Whether the value or anything inside it is secret. */
export function containsSecret(value: PropertyValue): boolean {
  return contains(
    value,
    (inner) => inner instanceof Secret || (inner instanceof Output && inner.secret),
  );
}

/** Deep equality of what values mean: secrecy and dependencies do not count, and two unknown
 * values are not equal, because nobody can know that they are. */
export function sameValue(left: PropertyValue, right: PropertyValue): boolean {
  const a = unwrap(left);
  const b = unwrap(right);
  if (a instanceof Unknown || b instanceof Unknown) return false;
  if (isPropertyList(a) && isPropertyList(b)) {
    return a.length === b.length && a.every((item, index) => sameValue(item, b[index] ?? null));
  }
  if (isPropertyMap(a) && isPropertyMap(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key] ?? null, b[key] ?? null))
    );
  }
  if (a instanceof Asset && b instanceof Asset) return sameContent(a, b);
  if (a instanceof Archive && b instanceof Archive) return sameContent(a, b);
  if (a instanceof ResourceReference && b instanceof ResourceReference) return a.urn === b.urn;
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/** The engine sends old assets with their hash only, so that the hash decides where both have one. */
function sameContent(a: Asset | Archive, b: Asset | Archive): boolean {
  if (a.hash !== undefined && b.hash !== undefined) return a.hash === b.hash;
  return JSON.stringify(a.source) === JSON.stringify(b.source);
}
