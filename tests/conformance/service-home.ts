// A home of its own for each test of services, the resource over the drivers there, and images that
// differ in what they answer and in what goes wrong with them.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Driver } from "../../provider/src/drivers/driver.ts";
import { QemuDriver } from "../../provider/src/drivers/qemu/qemu-driver.ts";
import { SandboxDriver } from "../../provider/src/drivers/sandbox/sandbox-driver.ts";
import type { PartialFailure, Resource } from "../../provider/src/resources/resource.ts";
import { createService } from "../../provider/src/resources/service.ts";
import type { SERVICE_DRIVERS } from "../../provider/src/resources/service-inputs.ts";
import type { RolloutPoint } from "../../provider/src/resources/service-parts.ts";
import { removeService } from "../../provider/src/resources/service-parts.ts";
import type { PropertyMap } from "../../provider/src/values.ts";
import { buildImage, openStore, planImage } from "../../toolchain/src/index.ts";
import { checkedInputs, silentContext } from "../faults/guest-resource.ts";

const MARK = "@BEHAVIOUR@.....................";
export const URN = "urn:pulumi:dev::project::unikernel:index:Service::web";

export type Wrong = "crash" | "500" | "later" | "fragile" | "";

/** What the engine remembers of a service. */
export interface Remembered {
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly state: PropertyMap;
}

export interface Instance {
  readonly id: string;
  readonly digest: string;
  readonly revision: number;
  readonly ready: boolean;
}

export type DriverName = (typeof SERVICE_DRIVERS)[number];

export class ServiceHome {
  readonly directory: string;
  readonly drivers: Readonly<Record<DriverName, Driver>>;
  /** That of replicas of which nothing else is said. */
  readonly driver: Driver;
  readonly #name: DriverName;
  readonly resource: Resource;
  onPoint: (point: RolloutPoint) => void = () => undefined;
  /** What was logged last. */
  logged: readonly string[] = [];

  private constructor(directory: string, name: DriverName) {
    this.directory = directory;
    const options = { home: directory };
    this.drivers = { qemu: new QemuDriver(options), sandbox: new SandboxDriver(options) };
    this.driver = this.drivers[name];
    this.#name = name;
    this.resource = createService(this.machine());
  }

  static async make(driver: DriverName = "sandbox"): Promise<ServiceHome> {
    const directory = await mkdtemp(join(tmpdir(), "unikernel-service-"));
    return new ServiceHome(await realpath(directory), driver);
  }

  static at(directory: string): ServiceHome {
    return new ServiceHome(directory, "sandbox");
  }

  machine() {
    return {
      image: async (digest: string) => {
        const path = join(this.directory, digest);
        const symbolsPath = (await builtImage(this.#name)).symbolsPath;
        const names = await readdir(this.directory);
        return names.includes(digest) ? { path, symbolsPath } : undefined;
      },
      driver: async ({ name }: { name: string }) => this.drivers[name as DriverName],
      programDirectory: "/program",
      home: async () => this.directory,
      onPoint: (point: RolloutPoint) => this.onPoint(point),
    };
  }

  /** Of a call of the engine's. */
  context(signal?: AbortSignal) {
    return silentContext(signal, URN);
  }

  /** The digest of an image that answers with its version. */
  async image(version: string, wrong: Wrong = ""): Promise<string> {
    const bytes = Buffer.from(readFileSync((await builtImage(this.#name)).path));
    const text = `${version} ${wrong}`.trim().padEnd(MARK.length, "\0");
    bytes.write(text, bytes.indexOf(MARK), "latin1");
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    await writeFile(join(this.directory, digest), bytes);
    return digest;
  }

  async checked(news: PropertyMap): Promise<PropertyMap> {
    const plain: PropertyMap = this.#name === "qemu" ? { accelerator: "tcg" } : {};
    return checkedInputs(this.resource, { driver: this.#name, ...plain, ...news });
  }

  /** What `pulumi up` does: Create or, where Diff finds a reason, Update. A failure that leaves a
   * state is thrown with it. */
  async up(
    before: Remembered | undefined,
    news: PropertyMap,
    signal?: AbortSignal,
  ): Promise<Remembered> {
    const inputs = await this.checked(news);
    const context = this.context(signal);
    const limits = { preview: false, timeoutSeconds: 0 };
    try {
      if (before === undefined) {
        const { id, state } = await this.resource.create(context, { inputs, ...limits });
        return { id, inputs, state };
      }
      const { id, inputs: olds, state } = before;
      const { changes, needsUpdate } = await this.resource.diff(context, {
        ...{ id, olds, state, news: inputs },
      });
      if (Object.keys(changes).length === 0 && needsUpdate !== true) return before;
      const request = { id, olds, state, news: inputs, ...limits };
      return { id, inputs, state: await this.resource.update(context, request) };
    } finally {
      this.logged = context.logged;
    }
  }

  /** As `up`, for what must fail: the message, and what the engine remembers then. */
  async failingUp(
    before: Remembered,
    news: PropertyMap,
  ): Promise<{ readonly message: string; readonly after: Remembered }> {
    const failure = await this.up(before, news).then(
      () => {
        throw new Error("the update has not failed");
      },
      (error: PartialFailure) => error,
    );
    if (failure.state === undefined) throw failure;
    const inputs = await this.checked(news);
    return { message: failure.message, after: { id: before.id, inputs, state: failure.state } };
  }

  async preview(before: Remembered | undefined, news: PropertyMap): Promise<PropertyMap> {
    const inputs = await this.checked(news);
    const context = this.context();
    const limits = { preview: true, timeoutSeconds: 0 };
    try {
      if (before === undefined) {
        return (await this.resource.create(context, { inputs, ...limits })).state;
      }
      const { id, inputs: olds, state } = before;
      return await this.resource.update(context, { id, olds, state, news: inputs, ...limits });
    } finally {
      this.logged = context.logged;
    }
  }

  async refreshed({ id, inputs, state }: Remembered): Promise<Remembered> {
    const found = await this.resource.read(this.context(), { id, inputs, state });
    if (found === null) throw new Error("the service is gone");
    return { id, ...found };
  }

  guestIds(): Promise<string[]> {
    return readdir(join(this.directory, "guests")).catch(() => []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const services = await readdir(join(this.directory, "services")).catch(() => []);
    for (const id of services) await removeService(this.machine(), id);
    for (const id of await this.guestIds()) {
      for (const driver of Object.values(this.drivers)) await driver.remove(id);
    }
    await rm(this.directory, { recursive: true, force: true });
  }
}

export function instancesOf({ state }: Remembered): readonly Instance[] {
  return state.instances as unknown as readonly Instance[];
}

export function urlOf({ state }: Remembered): string {
  return String(state.url);
}

const built = new Map<DriverName, ReturnType<typeof buildImage>>();

function builtImage(driver: DriverName): ReturnType<typeof buildImage> {
  const image =
    built.get(driver) ??
    planImage({
      app: fileURLToPath(new URL("service-app", import.meta.url)),
      libraries: ["lwip", "httpd"],
      options: {},
      optimize: "speed",
      platform: driver === "sandbox" ? "linux" : "kvm",
      architecture: "x86_64",
    }).then((plan) => buildImage(plan, openStore()));
  built.set(driver, image);
  return image;
}
