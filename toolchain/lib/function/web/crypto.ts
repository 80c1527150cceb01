// crypto: randomness, digests and HMAC.
import { atob, btoa } from "./base64.ts";
import { DOMException } from "./events.ts";
import { native } from "./native.ts";
import { bytesOf, joined } from "./text.ts";

type BufferSource = ArrayBuffer | ArrayBufferView;
type Named = string | { readonly name: string };
type HmacParameters =
  | Named
  | { readonly name: string; readonly hash: Named; readonly length?: number };

interface Jwk {
  readonly kty?: string;
  readonly k?: string;
  readonly alg?: string;
  readonly ext?: boolean;
  readonly key_ops?: readonly string[];
}

const hashes: Readonly<Record<string, { readonly bits: number; readonly blockBytes: number }>> = {
  "SHA-1": { bits: 160, blockBytes: 64 },
  "SHA-256": { bits: 256, blockBytes: 64 },
  "SHA-384": { bits: 384, blockBytes: 128 },
  "SHA-512": { bits: 512, blockBytes: 128 },
};

function nameOf(algorithm: Named | undefined): string {
  const name = typeof algorithm === "string" ? algorithm : algorithm?.name;
  return String(name).toUpperCase();
}

function hashOf(algorithm: Named | undefined): string {
  const name = nameOf(algorithm);
  if (!(name in hashes)) throw unsupported(name);
  return name;
}

function unsupported(what: string): DOMException {
  return new DOMException(
    `${what} is not there: digests (SHA-1, SHA-256, SHA-384, SHA-512) and HMAC are`,
    "NotSupportedError",
  );
}

function digest(hash: string, bytes: Uint8Array): ArrayBuffer {
  return native.digest(hashes[hash]?.bits ?? 0, bytes);
}

function hmac(hash: string, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const blockBytes = hashes[hash]?.blockBytes ?? 0;
  const short = key.length > blockBytes ? new Uint8Array(digest(hash, key)) : key;
  const pad = (value: number) => {
    const block = new Uint8Array(blockBytes);
    block.set(short);
    return block.map((byte) => byte ^ value);
  };
  const inner = new Uint8Array(digest(hash, joined([pad(0x36), bytes])));
  return new Uint8Array(digest(hash, joined([pad(0x5c), inner])));
}

/** Only this file makes keys and sees into them. */
const contents = new WeakMap<CryptoKey, Uint8Array>();
let isMaking = false;

export class CryptoKey {
  readonly type = "secret";
  readonly extractable: boolean;
  readonly algorithm: {
    readonly name: "HMAC";
    readonly hash: { readonly name: string };
    readonly length: number;
  };
  readonly usages: readonly string[];

  constructor(hash: string, length: number, extractable: boolean, usages: readonly string[]) {
    if (!isMaking) throw new TypeError("a CryptoKey is made by crypto.subtle");
    this.algorithm = { name: "HMAC", hash: { name: hash }, length };
    this.extractable = extractable;
    this.usages = [...usages];
  }
}

function makeKey(
  bytes: Uint8Array,
  algorithm: HmacParameters,
  extractable: boolean,
  usages: readonly string[],
): CryptoKey {
  if (nameOf(algorithm) !== "HMAC") throw unsupported(nameOf(algorithm));
  const hash = hashOf((algorithm as { readonly hash?: Named }).hash);
  if (usages.length === 0 || usages.some((usage) => usage !== "sign" && usage !== "verify")) {
    throw new DOMException('usages of an HMAC key are "sign" and "verify"', "SyntaxError");
  }
  if (bytes.length === 0) throw new DOMException("the key is empty", "DataError");
  isMaking = true;
  try {
    const key = new CryptoKey(hash, bytes.length * 8, extractable, usages);
    contents.set(key, bytes);
    return key;
  } finally {
    isMaking = false;
  }
}

function use(key: CryptoKey, usage: string): Uint8Array {
  const bytes = contents.get(key);
  if (!bytes || !key.usages.includes(usage)) {
    throw new DOMException(`the key may not be used to ${usage}`, "InvalidAccessError");
  }
  return bytes;
}

function fromBase64Url(text: string): Uint8Array {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function toBase64Url(bytes: Uint8Array): string {
  const binary = [...bytes].map((byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const subtle = {
  async digest(algorithm: Named, data: BufferSource): Promise<ArrayBuffer> {
    return digest(hashOf(algorithm), bytesOf(data));
  },

  async importKey(
    format: string,
    data: BufferSource | Jwk,
    algorithm: HmacParameters,
    extractable: boolean,
    usages: readonly string[],
  ): Promise<CryptoKey> {
    if (format === "raw") {
      return makeKey(bytesOf(data).slice(), algorithm, extractable, usages);
    }
    const { kty, k } = data as Jwk;
    if (format !== "jwk") throw unsupported(`the key format "${format}"`);
    if (kty !== "oct" || typeof k !== "string") {
      throw new DOMException('the key is none of the type "oct"', "DataError");
    }
    return makeKey(fromBase64Url(k), algorithm, extractable, usages);
  },

  async exportKey(format: string, key: CryptoKey): Promise<ArrayBuffer | Jwk> {
    const bytes = contents.get(key);
    if (!bytes || !key.extractable) {
      throw new DOMException("the key is not extractable", "InvalidAccessError");
    }
    if (format === "raw") return bytes.slice().buffer as ArrayBuffer;
    if (format !== "jwk") throw unsupported(`the key format "${format}"`);
    const alg = `HS${key.algorithm.hash.name.slice("SHA-".length)}`;
    return { kty: "oct", k: toBase64Url(bytes), alg, ext: true, key_ops: [...key.usages] };
  },

  async generateKey(
    algorithm: HmacParameters,
    extractable: boolean,
    usages: readonly string[],
  ): Promise<CryptoKey> {
    if (nameOf(algorithm) !== "HMAC") throw unsupported(nameOf(algorithm));
    const { hash, length } = algorithm as { readonly hash: Named; readonly length?: number };
    const blockBytes = hashes[hashOf(hash)]?.blockBytes ?? 0;
    const bytes = new Uint8Array(length === undefined ? blockBytes : Math.ceil(length / 8));
    native.random(bytes);
    return makeKey(bytes, algorithm, extractable, usages);
  },

  async sign(algorithm: Named, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer> {
    if (nameOf(algorithm) !== "HMAC") throw unsupported(nameOf(algorithm));
    const mac = hmac(key.algorithm.hash.name, use(key, "sign"), bytesOf(data));
    return mac.buffer as ArrayBuffer;
  },

  async verify(
    algorithm: Named,
    key: CryptoKey,
    signature: BufferSource,
    data: BufferSource,
  ): Promise<boolean> {
    if (nameOf(algorithm) !== "HMAC") throw unsupported(nameOf(algorithm));
    const mac = hmac(key.algorithm.hash.name, use(key, "verify"), bytesOf(data));
    const given = bytesOf(signature);
    // All bytes are looked at, so that the time tells nothing.
    let difference = mac.length ^ given.length;
    for (let at = 0; at < mac.length; at++) difference |= (mac[at] as number) ^ (given[at] ?? 0);
    return difference === 0;
  },
};

export const crypto = {
  subtle,

  getRandomValues<View extends ArrayBufferView>(view: View): View {
    const bytes = bytesOf(view);
    if (view instanceof Float32Array || view instanceof Float64Array || view instanceof DataView) {
      throw new DOMException("getRandomValues fills arrays of integers", "TypeMismatchError");
    }
    if (bytes.length > 65536) {
      throw new DOMException("getRandomValues gives 65536 bytes at a time", "QuotaExceededError");
    }
    native.random(bytes);
    return view;
  },

  randomUUID(): string {
    const bytes = new Uint8Array(16);
    native.random(bytes);
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  },
};
