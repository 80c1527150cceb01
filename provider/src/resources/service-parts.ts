// What a service is made of on this machine: its replicas as they really are, and removing them with
// everything else of it.
import { rm } from "node:fs/promises";
import type { Driver } from "../drivers/driver.ts";
import { isSameGuest } from "../drivers/guest-record.ts";
import type { Replica } from "../rollouts/plan.ts";
import {
  type ReplicaRecord,
  readService,
  type ServiceFiles,
  type ServiceRecord,
  serviceFiles,
} from "../services/files.ts";
import { replicasUp, stopFront } from "../services/front.ts";
import { type PropertyMap, sameValue } from "../values.ts";
import type { GuestInputs } from "./guest-inputs.ts";
import type { GuestMachine } from "./guest-machine.ts";
import { SERVICE_DRIVERS } from "./service-inputs.ts";

/** Points at which a crash of ours would leave something half done; tests crash there. */
export type RolloutPoint =
  | "recorded"
  | "booted"
  | "ready"
  | "entering"
  | "entered"
  | "leaving"
  | "left"
  | "removed"
  | "stopped";

export interface ServiceMachine extends GuestMachine {
  /** Where the directories `guests` and `services` are. */
  home(): Promise<string>;
  /** Keeps the images of revisions in the store; absent: nobody removes any. */
  readonly revisionImages?: {
    keep(directory: string, revision: number, digest: string): Promise<void>;
    release(directory: string, revision: number): Promise<void>;
  };
  readonly onPoint?: (point: RolloutPoint) => void;
}

export interface ReplicaFacts extends Replica {
  readonly record: ReplicaRecord;
  readonly digest: string;
  readonly isRunning: boolean;
}

/** Every replica as it really is; `guest` is what it is compared with. */
export async function observe(
  machine: ServiceMachine,
  files: ServiceFiles,
  record: ServiceRecord,
  guest: GuestInputs | undefined,
): Promise<ReplicaFacts[]> {
  const up = await replicasUp(files, record);
  const summaries = new Map(
    (await Promise.all((await drivers(machine)).map((driver) => driver.guests())))
      .flat()
      .map((summary) => [summary.id, summary]),
  );
  return Promise.all(
    record.replicas.map(async (replica) => {
      const driver = await machine.driver({ name: replica.driver });
      const { state } = await driver.status(replica.id);
      const summary = summaries.get(replica.id);
      const isRunning = state === "running";
      const given = isRunning ? await driver.configuration(replica.id) : undefined;
      const isCurrent =
        guest !== undefined &&
        summary !== undefined &&
        given !== undefined &&
        replica.driver === guest.driver.name &&
        isSameGuest(summary, guest) &&
        sameValue(given as unknown as PropertyMap, { args: guest.args, env: guest.env });
      return {
        ...{ id: replica.id, record: replica, digest: summary?.digest ?? "", isCurrent, isRunning },
        // A front that has died says nothing of who is behind it.
        serves: replica.phase === "serving" && isRunning && up?.has(replica.id) !== false,
      };
    }),
  );
}

function drivers(machine: ServiceMachine): Promise<Driver[]> {
  return Promise.all(SERVICE_DRIVERS.map((name) => machine.driver({ name })));
}

/** Guests of a service that its record does not name: the record was lost. */
export async function removeStrays(
  machine: ServiceMachine,
  id: string,
  record: ServiceRecord | undefined,
): Promise<void> {
  const known = new Set(record?.replicas.map((replica) => replica.id));
  for (const driver of await drivers(machine)) {
    for (const guest of await driver.guests()) {
      if (isReplicaOf(id, guest.id) && !known.has(guest.id)) await driver.remove(guest.id);
    }
  }
}

/** Stops and removes everything of a service; succeeds when there is nothing. */
export async function removeService(machine: ServiceMachine, id: string): Promise<void> {
  const files = serviceFiles(await machine.home(), id);
  const record = await readService(files);
  await stopFront(files);
  const replicas = record?.replicas ?? [];
  await Promise.all(
    replicas.map(async (replica) =>
      (await machine.driver({ name: replica.driver })).remove(replica.id),
    ),
  );
  await removeStrays(machine, id, undefined);
  await rm(files.directory, { recursive: true, force: true });
}

export function isReplicaOf(service: string, guest: string): boolean {
  return guest.startsWith(`${service}-`) && /^[0-9a-f]{8}$/.test(guest.slice(service.length + 1));
}
