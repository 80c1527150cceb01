// What the C side gives (native.c), and the hooks that it calls.

export interface Native {
  now(): number;
  turnIn(milliseconds: number): void;
  write(text: string, isError: boolean): void;
  random(bytes: Uint8Array): void;
  /** SHA-1 or SHA-2 of 160, 256, 384 or 512 bits. */
  digest(bits: number, bytes: Uint8Array): ArrayBuffer;
  encode(text: string): ArrayBuffer;
  decodeAscii(bytes: Uint8Array): string | undefined;
  respond(
    id: number,
    status: number,
    headers: readonly string[],
    body: string | ArrayBuffer | Uint8Array | undefined,
  ): void;
  /** Connects and sends; tells what arrives, the end without bytes, or what went wrong.
   * Only in images with the option FUNCTION_FETCH. */
  openSocket?(
    host: string,
    port: number,
    bytes: Uint8Array,
    event: (bytes: ArrayBuffer | undefined, error: string | undefined) => void,
  ): number;
  closeSocket?(id: number): void;
  readonly environment: Record<string, string>;
  dispatch?: unknown;
  start?: unknown;
  turn?: unknown;
  rejected?: unknown;
}

const place = globalThis as unknown as { unikernelNative?: Native };

export const native = place.unikernelNative as Native;
delete place.unikernelNative;
