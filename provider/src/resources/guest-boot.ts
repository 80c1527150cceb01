// Starting guests so that either a healthy one is there afterwards or what was there before.
import { randomBytes } from "node:crypto";
import type { Driver, GuestSpec, GuestStatus, PortForward } from "../drivers/driver.ts";
import { awaitHealthy, type BootTimes, UnhealthyError } from "../guests/health.ts";
import { failureReport } from "../guests/report.ts";
import { driverMachine } from "./guest-driver-input.ts";
import type { GuestInputs } from "./guest-inputs.ts";
import { type GuestMachine, platformProblem } from "./guest-machine.ts";
import { keepVolumes } from "./guest-volumes.ts";
import type { CallContext } from "./resource.ts";

export interface Booted {
  readonly status: GuestStatus;
  readonly times: BootTimes;
}

/** Readable and unique: the resource's name and a random part. */
export function newId(urn: string, unnamed: string): string {
  const name = urn.split("::").slice(3).join("-");
  const slug = name
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 60);
  return `${slug === "" ? unnamed : slug}-${randomBytes(5).toString("hex")}`;
}

/** Everything a driver needs; fails when this machine does not have the image. */
export async function specOf(
  machine: GuestMachine,
  id: string,
  owner: string,
  inputs: GuestInputs,
): Promise<{ readonly spec: GuestSpec; readonly symbolsPath: string }> {
  const image = await machine.image(inputs.digest);
  if (image === undefined) {
    throw new Error(
      `image: ${inputs.digest} is not in this machine's store; make it part of the program as an Image, which builds it`,
    );
  }
  const problem = platformProblem(inputs.driver, image.manifest?.platform);
  if (problem !== null) throw new Error(`image: ${problem}`);
  const { digest, memoryBytes, cpus, ports, args, env, accelerator } = inputs;
  const { volumes, networks, lifecycle } = inputs;
  return {
    spec: {
      id,
      owner,
      digest,
      imagePath: image.path,
      memoryBytes,
      cpus,
      ports,
      args,
      env,
      accelerator,
      volumes,
      networks,
      lifecycle,
    },
    symbolsPath: image.symbolsPath,
  };
}

/** Starts a guest and waits for its health. What runs afterwards on failure is the caller's task. */
export async function boot(
  context: CallContext,
  driver: Driver,
  spec: GuestSpec,
  inputs: GuestInputs,
  symbolsPath: string,
): Promise<Booted> {
  context.status("starting");
  await keepVolumes(driver, spec.volumes);
  const status = await driver.apply(spec, context.signal, context.status);
  context.status(inputs.healthCheck === undefined ? "booting" : "waiting for its health check");
  const times = await healthy(context, driver, spec.id, status, inputs, symbolsPath);
  return { status, times };
}

/** Waits for a guest's health; the error shows its console. */
export async function healthy(
  context: CallContext,
  driver: Driver,
  id: string,
  status: GuestStatus,
  inputs: GuestInputs,
  symbolsPath: string | undefined,
): Promise<BootTimes> {
  const started = {
    driver,
    id,
    startedAtMs: status.startedAt?.getTime() ?? Date.now(),
    ports: status.ports,
    restarts: status.restarts,
    machine: driverMachine(inputs.driver),
  };
  try {
    const times = await awaitHealthy(started, inputs.healthCheck, context.signal);
    await driver.note?.(id, inputs.healthCheck === undefined ? "up" : "healthy");
    return times;
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof UnhealthyError)) throw error;
    await driver.note?.(id, "did not become healthy");
    throw new Error(await failureReport(driver, id, error.message, symbolsPath));
  }
}

/** Guests whose creation was cut short: nobody knows of them, and nobody will. */
export async function removeUnfinished(
  context: CallContext,
  driver: Driver,
  owner: string,
  inProgress: ReadonlySet<string>,
): Promise<void> {
  for (const guest of await driver.guests()) {
    if (guest.owner !== owner || guest.progress !== "creating" || inProgress.has(guest.id))
      continue;
    context.log("info", `removing the guest ${guest.id}, whose creation was interrupted`);
    await driver.remove(guest.id);
  }
}

/** Guests that nobody will ask for again: created, but the engine never learned of them, because
 * a crash came in between; or kept, but dead, so that a refresh has dropped them from the state. */
export async function removeForgotten(
  context: CallContext,
  driver: Driver,
  owner: string,
  known: ReadonlySet<string>,
): Promise<void> {
  for (const guest of await driver.guests()) {
    if (guest.owner !== owner || guest.progress === "creating") continue;
    const isUnheardOf = guest.progress === "created" && !known.has(guest.id);
    if (isUnheardOf) {
      const reason = "which an interrupted update left behind";
      context.log("info", `removing the guest ${guest.id}, ${reason}`);
    }
    if (isUnheardOf || (await isDead(driver, guest.id))) await driver.remove(guest.id);
  }
}

async function isDead(driver: Driver, id: string): Promise<boolean> {
  const { state } = await driver.status(id);
  return state === "stopped" || state === "crashed";
}

/** The ports to ask for when a guest starts again: those it had, as far as they can be had. */
export async function sticky(
  driver: Driver,
  owner: string,
  asked: readonly PortForward[],
  had: readonly PortForward[],
): Promise<readonly PortForward[]> {
  const left = [...had];
  const wanted = asked.map((port) => {
    if (port.host !== 0) return port;
    const index = left.findIndex(
      ({ guest, protocol, address }) =>
        guest === port.guest && protocol === port.protocol && address === port.address,
    );
    return index < 0 ? port : (left.splice(index, 1)[0] ?? port);
  });
  const problems = await driver.portProblems(owner, wanted);
  return wanted.map((port, index) =>
    problems.some((problem) => problem.index === index) ? (asked[index] ?? port) : port,
  );
}
