// libvirt's own C library, called in this process. npm's koffi brings a caller that was compiled
// beforehand, so that nothing is compiled on installation; every call runs on a worker thread, so
// that the provider goes on while libvirt waits for a host.
import koffi, { type LibraryHandle } from "koffi";
import { LibvirtError } from "./errors.ts";
import {
  type FunctionName,
  LIBVIRT_PROTOTYPES,
  LIBVIRT_QEMU_PROTOTYPES,
  nameIn,
} from "./prototypes.ts";

type NativeFunction = ReturnType<LibraryHandle["func"]>;

/** An object of libvirt's, or memory. */
export type Pointer = bigint;

const LIBRARY = "libvirt.so.0";
const QEMU_LIBRARY = "libvirt-qemu.so.0";

export const MISSING_LIBVIRT =
  `libvirt's client library (${LIBRARY}) is not on this machine. Install it: ` +
  "`apt-get install libvirt0` (Debian, Ubuntu), `dnf install libvirt-libs` (Fedora), " +
  "`pacman -S libvirt` (Arch), or the package of your distribution that contains it.";

export class MissingLibvirtError extends Error {
  constructor(cause: unknown) {
    super(MISSING_LIBVIRT, { cause });
    this.name = "MissingLibvirtError";
  }
}

interface RawError {
  readonly code: number;
  readonly message: string | null;
}

export class Library {
  readonly #functions = new Map<string, NativeFunction>();
  readonly #lastErrorOf: NativeFunction;
  readonly #freeMemory: NativeFunction;
  /** The latest failure of any call, for those that have no connection yet. */
  #latest: RawError | undefined;
  #opening: Promise<unknown> = Promise.resolve();

  private constructor(libvirt: LibraryHandle, qemu: LibraryHandle) {
    this.#freeMemory = koffi.load(null).func("void free(void *memory)");
    koffi.disposable("OwnedString", "str", this.#freeMemory);
    // The beginning of it; the rest repeats parts of the message.
    const rawError = koffi.struct("virError", {
      code: "int",
      domain: "int",
      message: "const char *",
    });
    koffi.struct("virDomainIPAddress", { type: "int", addr: "const char *", prefix: "uint" });
    koffi.struct("virDomainInterface", {
      name: "const char *",
      hwaddr: "const char *",
      naddrs: "uint",
      addrs: "void *",
    });
    koffi.struct("virStorageVolInfo", { type: "int", capacity: "uint64", allocation: "uint64" });
    for (const prototype of LIBVIRT_PROTOTYPES) this.#declare(libvirt, prototype);
    for (const prototype of LIBVIRT_QEMU_PROTOTYPES) this.#declare(qemu, prototype);
    this.#lastErrorOf = libvirt.func("virError *virConnGetLastError(void *connection)");
    // Without a function of ours libvirt writes every error to stderr, which the engine shows.
    const onError = koffi.proto("void virErrorFunc(void *userData, virError *error)");
    const remember = koffi.register((_userData: unknown, error: Pointer) => {
      this.#latest = koffi.decode(error, rawError) as RawError;
    }, koffi.pointer(onError));
    libvirt.func("void virSetErrorFunc(void *userData, virErrorFunc *handler)")(null, remember);
  }

  static #loaded: Library | undefined;

  /** Throws a MissingLibvirtError where there is none. */
  static load(name = LIBRARY, qemuName = QEMU_LIBRARY): Library {
    if (Library.#loaded !== undefined) return Library.#loaded;
    let handles: [LibraryHandle, LibraryHandle];
    try {
      handles = [koffi.load(name), koffi.load(qemuName)];
    } catch (error) {
      throw new MissingLibvirtError(error);
    }
    Library.#loaded = new Library(...handles);
    return Library.#loaded;
  }

  /** The connection's pointer. One after the other, so that a failure is told from another's. */
  async open(uri: string): Promise<Pointer> {
    const attempt = this.#opening.then(async () => {
      this.#latest = undefined;
      const connection = await this.#invoke("virConnectOpen", [uri]);
      if (connection === null) throw errorOf(this.#latest);
      return connection as Pointer;
    });
    this.#opening = attempt.catch(() => undefined);
    return attempt;
  }

  /** Throws what libvirt says of the connection's latest failure when the call fails. */
  async call(connection: Pointer, name: FunctionName, args: readonly unknown[]): Promise<unknown> {
    const result = await this.#invoke(name, args);
    const hasFailed = result === null || (typeof result === "number" && result < 0);
    if (!hasFailed) return result;
    const error = this.#lastErrorOf(connection) as Pointer | null;
    throw errorOf(error === null ? undefined : (koffi.decode(error, "virError") as RawError));
  }

  /** The elements of an array of pointers that libvirt allocated; the array is freed. */
  takeArray(array: Pointer | null, length: number): Pointer[] {
    if (array === null) return [];
    const elements = koffi.decode(array, "void *", length) as Pointer[];
    this.#freeMemory(array);
    return elements;
  }

  /** The addresses of an interface of a domain. */
  addressesOf(networkInterface: Pointer): string[] {
    const { naddrs, addrs } = koffi.decode(networkInterface, "virDomainInterface");
    if (addrs === null || naddrs === 0) return [];
    const addresses = koffi.decode(addrs, "virDomainIPAddress", naddrs) as { addr: string }[];
    return addresses.map(({ addr }) => addr);
  }

  #declare(library: LibraryHandle, prototype: string): void {
    this.#functions.set(nameIn(prototype), library.func(prototype));
  }

  #invoke(name: FunctionName, args: readonly unknown[]): Promise<unknown> {
    const called = this.#functions.get(name);
    if (called === undefined) throw new Error(`${name} is not declared`);
    return new Promise((resolve, reject) => {
      called.async(...args, (error: Error | null, result: unknown) => {
        if (error) reject(error);
        else resolve(result);
      });
    });
  }
}

function errorOf(raw: RawError | undefined): LibvirtError {
  return new LibvirtError(raw?.code ?? 0, raw?.message ?? "libvirt gave no reason");
}
