// What all RPCs share: the resources, the engine's log, and the calls that are running.
import type { Resource, Settings } from "../resources/resource.ts";
import { EngineLog } from "./engine-log.ts";
import { noSettings, type ProviderSettings } from "./provider-settings.ts";

export interface SessionOptions {
  /** Of the package, e.g. "0.1.0". */
  readonly version: string;
  readonly description: string;
  /** Resources by token; loaded at first need, so that the port is printed early. */
  readonly loadResources: () => Promise<ReadonlyMap<string, Resource>>;
  /** What can be said of the provider itself. */
  readonly providerSettings?: ProviderSettings;
  /** Where the engine listens; "" when there is none. */
  readonly engineAddress?: string;
}

export class Session {
  readonly version: string;
  readonly description: string;
  readonly engineLog: EngineLog;
  readonly providerSettings: ProviderSettings;
  /** As Configure has set them. */
  settings: Settings = {};
  readonly #loadResources: SessionOptions["loadResources"];
  #resources: Promise<ReadonlyMap<string, Resource>> | undefined;
  readonly #running = new Set<AbortController>();

  constructor(options: SessionOptions) {
    this.version = options.version;
    this.description = options.description;
    this.providerSettings = options.providerSettings ?? noSettings;
    this.engineLog = new EngineLog(options.engineAddress ?? "");
    this.#loadResources = options.loadResources;
  }

  resources(): Promise<ReadonlyMap<string, Resource>> {
    this.#resources ??= this.#loadResources();
    return this.#resources;
  }

  /** Registers a call; the controller aborts it. */
  begin(): AbortController {
    const controller = new AbortController();
    this.#running.add(controller);
    return controller;
  }

  end(controller: AbortController): void {
    this.#running.delete(controller);
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** Aborts every call that is running now. */
  abortAll(reason: string): void {
    for (const controller of this.#running) controller.abort(new Error(reason));
  }
}
