// What guests consist of on a libvirt host beside their definitions: the image, the configuration,
// and what they have written. All of it is reached through libvirt, wherever the host is.
import { posix } from "node:path";
import type { GuestSpec } from "../driver.ts";
import type { Connections } from "./connections.ts";
import type { DomainFiles } from "./domain-xml.ts";
import { Images, imageVolume } from "./images.ts";
import type { HostPools } from "./uri.ts";
import { Volumes } from "./volumes.ts";

const CONSOLE_BYTES_MAX = 64 * 1024;
const PRIVATE = { mode: "0600" } as const;

export class GuestVolumes {
  /** Images, consoles and exit statuses. */
  readonly #disk: Volumes;
  /** Configurations, which may be secret. */
  readonly #memory: Volumes;
  /** Consoles, and what they are called there. */
  readonly #consoles: Volumes;
  readonly #consoleOf: (id: string) => string;
  readonly #hasStatus: boolean;
  readonly #images: Images;

  constructor(connections: Connections, pools: HostPools) {
    this.#disk = new Volumes(connections, pools.disk);
    this.#memory = new Volumes(connections, pools.memory);
    const { console } = pools;
    this.#consoles = console === undefined ? this.#disk : new Volumes(connections, console);
    this.#consoleOf = (id) => (console === undefined ? `${id}.console` : `guest-${id}.log`);
    // Where the host keeps consoles, it has no other file that a guest could write to.
    this.#hasStatus = console === undefined;
    this.#images = new Images(this.#disk);
  }

  /** Where a guest's files are going to be, in pools that are made where they are missing. */
  async paths(spec: Pick<GuestSpec, "id" | "digest">): Promise<DomainFiles> {
    const directory = await this.#disk.ensurePool();
    const { id, digest } = spec;
    return {
      image: posix.join(directory, imageVolume(digest)),
      configuration: posix.join(await this.#memory.ensurePool(), configurationOf(id)),
      console: posix.join(await this.#consoles.ensurePool(), this.#consoleOf(id)),
      status: posix.join(directory, statusOf(id)),
    };
  }

  /** Uploads what a guest needs to start, and forgets what an earlier run has written. */
  async prepare(
    spec: GuestSpec,
    configuration: Buffer,
    options: { readonly signal: AbortSignal; readonly report: (progress: string) => void },
  ): Promise<void> {
    await this.ensureImage(spec, options);
    const { id } = spec;
    await this.#memory.write(configurationOf(id), configuration, PRIVATE);
    await this.#consoles.write(this.#consoleOf(id), Buffer.alloc(0), PRIVATE);
    if (this.#hasStatus) await this.#disk.write(statusOf(id), Buffer.alloc(0), PRIVATE);
  }

  hasImage(digest: string): Promise<boolean> {
    return this.#images.has(digest);
  }

  async ensureImage(
    spec: GuestSpec,
    options: { readonly signal: AbortSignal; readonly report: (progress: string) => void },
  ): Promise<void> {
    const { signal, report } = options;
    const progress = (doneBytes: number, totalBytes: number) =>
      report(`uploading the image: ${Math.round((100 * doneBytes) / totalBytes)} %`);
    await this.#images.ensure(spec.digest, spec.imagePath, { progress, signal });
  }

  configuration(id: string): Promise<Buffer | undefined> {
    return this.#memory.read(configurationOf(id));
  }

  consolePath(id: string): Promise<string | undefined> {
    return this.#consoles.path(this.#consoleOf(id));
  }

  async console(id: string, offset: number): Promise<Buffer> {
    const bytes = await this.#consoles.read(this.#consoleOf(id), offset, CONSOLE_BYTES_MAX);
    return bytes ?? Buffer.alloc(0);
  }

  async consoleEnd(id: string): Promise<string> {
    const bytes = await this.#consoles.readEnd(this.#consoleOf(id), CONSOLE_BYTES_MAX);
    return bytes?.toString("utf8") ?? "";
  }

  /** How many exit statuses a guest has written, one for each time that it has ended. */
  async exits(id: string): Promise<number> {
    return (await this.#disk.sizeBytes(statusOf(id))) ?? 0;
  }

  /** The exit status that a guest has written last, if it came to that. */
  async exitStatus(id: string): Promise<number | undefined> {
    return (await this.#disk.readEnd(statusOf(id), 1))?.at(-1);
  }

  async remove(id: string): Promise<void> {
    await this.#memory.remove(configurationOf(id));
    await this.#consoles.remove(this.#consoleOf(id));
    if (this.#hasStatus) await this.#disk.remove(statusOf(id));
  }

  /** Removes images that nobody uses. */
  collectImages(used: ReadonlySet<string>): Promise<void> {
    return this.#images.collect(used);
  }
}

function configurationOf(id: string): string {
  return `${id}.configuration`;
}

function statusOf(id: string): string {
  return `${id}.status`;
}
