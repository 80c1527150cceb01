// Property values as a resource sees them: plain TypeScript, no protobufs. The wire form and
// the conversion stand in server/.

/** A value that is not known during preview. */
export class Unknown {
  static readonly instance = new Unknown();
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
