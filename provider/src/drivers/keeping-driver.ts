// Any driver, with the images of its guests kept in the store from before they start until they
// are removed, so that garbage collection never takes away what a guest runs.
import { existsSync } from "node:fs";
import type { Driver, GuestProgress, GuestSpec, PortForward } from "./driver.ts";
import type { GuestLifecycle } from "./lifecycle.ts";
import type { WantedNetwork } from "./networks/networks.ts";
import type { VolumeDriver } from "./volume-driver.ts";

export interface GuestImages {
  /** What is there afterwards stays until it is released. May be repeated. */
  keep(guestId: string, digest: string): Promise<void>;
  /** Succeeds when nothing is kept. */
  release(guestId: string): Promise<void>;
}

export class KeepingDriver implements Driver {
  readonly name: string;
  readonly volumes?: VolumeDriver;
  readonly debug?: NonNullable<Driver["debug"]>;
  readonly #driver: Driver;
  readonly #images: GuestImages;

  constructor(driver: Driver, images: GuestImages) {
    this.name = driver.name;
    if (driver.volumes !== undefined) this.volumes = driver.volumes;
    if (driver.debug !== undefined) this.debug = driver.debug.bind(driver);
    this.#driver = driver;
    this.#images = images;
  }

  async apply(spec: GuestSpec, signal: AbortSignal, report?: (progress: string) => void) {
    await this.#images.keep(spec.id, spec.digest);
    if (!existsSync(spec.imagePath)) {
      throw new Error(
        `the image ${spec.digest} was removed from the store a moment ago; try again, and it is built again`,
      );
    }
    return this.#driver.apply(spec, signal, report);
  }

  async remove(id: string) {
    await this.#driver.remove(id);
    await this.#images.release(id);
  }

  stop(id: string) {
    return this.#driver.stop(id);
  }
  unavailable() {
    return this.#driver.unavailable();
  }
  portProblems(owner: string, ports: readonly PortForward[]) {
    return this.#driver.portProblems(owner, ports);
  }
  async networkProblems(owner: string, networks: readonly WantedNetwork[]) {
    return (await this.#driver.networkProblems?.(owner, networks)) ?? [];
  }
  async processOf(id: string) {
    return this.#driver.processOf?.(id);
  }
  async note(id: string, what: string) {
    await this.#driver.note?.(id, what);
  }
  guests() {
    return this.#driver.guests();
  }
  configuration(id: string) {
    return this.#driver.configuration(id);
  }
  mark(id: string, owner: string, progress: GuestProgress) {
    return this.#driver.mark(id, owner, progress);
  }
  status(id: string) {
    return this.#driver.status(id);
  }
  setLifecycle(id: string, lifecycle: GuestLifecycle) {
    return this.#driver.setLifecycle(id, lifecycle);
  }
  openConsole(id: string) {
    return this.#driver.openConsole(id);
  }
  accepts(id: string, forward: PortForward, limits: Parameters<Driver["accepts"]>[2]) {
    return this.#driver.accepts(id, forward, limits);
  }
  takePorts(id: string, ports: readonly PortForward[]) {
    return this.#driver.takePorts(id, ports);
  }
  readConsole(id: string, offset: number) {
    return this.#driver.readConsole(id, offset);
  }
  consoleTail(id: string, lines: number) {
    return this.#driver.consoleTail(id, lines);
  }
}
