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
  readonly #images: Images;

  constructor(connections: Connections, pools: HostPools) {
    this.#disk = new Volumes(connections, pools.disk);
    this.#memory = new Volumes(connections, pools.memory);
    this.#images = new Images(this.#disk);
  }

  /** Where a guest's files are going to be, in pools that are made where they are missing. */
  async paths(spec: Pick<GuestSpec, "id" | "digest">): Promise<DomainFiles> {
    const directory = await this.#disk.ensurePool();
    const names = namesOf(spec.id);
    return {
      image: posix.join(directory, imageVolume(spec.digest)),
      configuration: posix.join(await this.#memory.ensurePool(), names.configuration),
      console: posix.join(directory, names.console),
      status: posix.join(directory, names.status),
    };
  }

  /** Uploads what a guest needs to start, and forgets what an earlier run has written. */
  async prepare(
    spec: GuestSpec,
    configuration: Buffer,
    options: { readonly signal: AbortSignal; readonly report: (progress: string) => void },
  ): Promise<void> {
    await this.ensureImage(spec, options);
    const names = namesOf(spec.id);
    await this.#memory.write(names.configuration, configuration, PRIVATE);
    await this.#disk.write(names.console, Buffer.alloc(0), PRIVATE);
    await this.#disk.write(names.status, Buffer.alloc(0), PRIVATE);
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
    return this.#memory.read(namesOf(id).configuration);
  }

  consolePath(id: string): Promise<string | undefined> {
    return this.#disk.path(namesOf(id).console);
  }

  async console(id: string, offset: number): Promise<Buffer> {
    const bytes = await this.#disk.read(namesOf(id).console, offset, CONSOLE_BYTES_MAX);
    return bytes ?? Buffer.alloc(0);
  }

  async consoleEnd(id: string): Promise<string> {
    const bytes = await this.#disk.readEnd(namesOf(id).console, CONSOLE_BYTES_MAX);
    return bytes?.toString("utf8") ?? "";
  }

  /** The exit status that a guest has written, if it came to that. */
  async exitStatus(id: string): Promise<number | undefined> {
    return (await this.#disk.readEnd(namesOf(id).status, 1))?.at(-1);
  }

  async remove(id: string): Promise<void> {
    const { configuration, console, status } = namesOf(id);
    await this.#memory.remove(configuration);
    await this.#disk.remove(console);
    await this.#disk.remove(status);
  }

  /** Removes images that nobody uses. */
  collectImages(used: ReadonlySet<string>): Promise<void> {
    return this.#images.collect(used);
  }
}

function namesOf(id: string): Omit<Record<keyof DomainFiles, string>, "image" | "disks"> {
  return {
    configuration: `${id}.configuration`,
    console: `${id}.console`,
    status: `${id}.status`,
  };
}
