// Where a service of this user is described: one directory, named by its id, that nobody else may
// enter. What will exist is written here before it is started.
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isGuestId, type RecordFiles } from "../drivers/guest-record.ts";
import { namesIn, replaceFile } from "../drivers/networks/files.ts";

export interface ServiceFiles extends RecordFiles {
  /** HAProxy's runtime API. */
  readonly control: string;
  /** What HAProxy had to say. */
  readonly log: string;
}

/** As HAProxy sees it, whose working directory is the service's. */
export const CONTROL_NAME = "haproxy.sock";

/** A port of the host at which the service answers, and that of its replicas. */
export interface FrontPort {
  /** Port on the host; never 0 in a record. */
  readonly host: number;
  readonly guest: number;
  readonly address: string;
  /** "http": requests are spread one by one; "tcp": connections are. */
  readonly protocol: "http" | "tcp";
}

/** How HAProxy finds out whether a replica still works. */
export interface FrontCheck {
  /** Asked for with HTTP; absent: a connection is enough. */
  readonly path?: string;
  readonly guest: number;
  readonly intervalMs: number;
}

export interface Front {
  readonly ports: readonly FrontPort[];
  readonly check?: FrontCheck;
}

export interface Target {
  readonly guest: number;
  readonly address: string;
  readonly port: number;
}

export interface ReplicaRecord {
  /** Of its guest. */
  readonly id: string;
  readonly driver: string;
  readonly revision: number;
  /** Its place in HAProxy's configuration. */
  readonly slot: number;
  readonly phase: "starting" | "serving" | "leaving";
  /** Where its ports are reached; empty while it starts. */
  readonly targets: readonly Target[];
}

export interface ServiceRecord {
  readonly format: 1;
  readonly id: string;
  readonly owner: string;
  /** "kept": its owner has learned of it. */
  readonly progress: "created" | "kept";
  readonly front: Front;
  readonly replicas: readonly ReplicaRecord[];
}

export function servicesDirectory(home: string): string {
  return join(home, "services");
}

export function serviceFiles(home: string, id: string): ServiceFiles {
  if (!isGuestId(id)) {
    throw new Error(
      `"${id}" cannot be a service's id: it must consist of letters, digits, ".", "_" and "-"`,
    );
  }
  const directory = join(servicesDirectory(home), id);
  return {
    ...{ id, directory },
    record: join(directory, "service.json"),
    control: join(directory, CONTROL_NAME),
    log: join(directory, "haproxy.log"),
  };
}

/** Undefined when there is none, or it is damaged. */
export async function readService(files: ServiceFiles): Promise<ServiceRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(files.record, "utf8")) as ServiceRecord;
    return record.format === 1 && record.id === files.id ? record : undefined;
  } catch {
    return undefined;
  }
}

export async function readServices(home: string): Promise<ServiceRecord[]> {
  const ids = (await namesIn(servicesDirectory(home))).filter(isGuestId).sort();
  const records = await Promise.all(ids.map((id) => readService(serviceFiles(home, id))));
  return records.filter((record) => record !== undefined);
}

export async function writeService(files: ServiceFiles, record: ServiceRecord): Promise<void> {
  await mkdir(files.directory, { recursive: true, mode: 0o700 });
  await replaceFile(files.record, `${JSON.stringify(record, null, 2)}\n`);
}

/** Of a service that has nothing yet. */
export function emptyRecord(id: string, owner: string): ServiceRecord {
  return { format: 1, id, owner, progress: "created", front: { ports: [] }, replicas: [] };
}
