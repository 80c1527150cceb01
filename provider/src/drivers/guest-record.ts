// guest.json of drivers whose guests are processes of this user: what is known of a guest, written
// before it starts and replaced as a whole. A driver adds fields of its own.
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GuestProgress, GuestSpec, GuestSummary, PortForward } from "./driver.ts";
import { type GuestLifecycle, lifecycleOf } from "./lifecycle.ts";
import type { PortRecord } from "./port-table.ts";
import type { GuestVolume } from "./volume-driver.ts";

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from the host's boot to the process's start (/proc/PID/stat, field 22). */
  readonly startTicks: number;
}

/** What every record has. Arguments and the values of the environment are in none. */
export interface CommonRecord extends PortRecord {
  readonly format: 1;
  readonly progress: GuestProgress;
  readonly digest: string;
  readonly imagePath: string;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly accelerator: GuestSummary["accelerator"];
  readonly volumes?: readonly GuestVolume[];
  /** Absent in records of guests without any. */
  readonly networks?: GuestSpec["networks"];
  readonly startedAtMs: number;
  readonly lifecycle?: GuestLifecycle;
  /** Absent until it is known to run. */
  readonly process?: ProcessIdentity;
}

/** What is recorded of a guest that is about to start. */
export function newRecord(
  spec: GuestSpec,
  progress: GuestProgress,
  forwards: CommonRecord["forwards"],
): CommonRecord {
  const { id, owner, digest, imagePath, memoryBytes, cpus, ports, accelerator } = spec;
  return {
    format: 1,
    ...{ id, owner, progress, digest, imagePath, memoryBytes, cpus, ports, forwards, accelerator },
    ...volumesOf(spec),
    ...networksOf(spec),
    startedAtMs: Date.now(),
    ...lifecycleOf(spec),
  };
}

/** What a driver tells of a guest. */
export function summaryOf(record: CommonRecord): GuestSummary {
  const { id, owner, progress, digest, imagePath, memoryBytes, cpus, ports, accelerator } = record;
  return {
    ...{ id, owner, progress, digest, imagePath, memoryBytes, cpus, ports, accelerator },
    ...volumesOf(record),
    ...networksOf(record),
    ...lifecycleOf(record),
  };
}

function networksOf({ networks = [] }: Pick<GuestSpec, "networks">): Pick<GuestSpec, "networks"> {
  return networks.length === 0 ? {} : { networks };
}

function volumesOf({ volumes }: Pick<GuestSpec, "volumes">): Pick<GuestSpec, "volumes"> {
  return volumes === undefined || volumes.length === 0 ? {} : { volumes };
}

type Essence = Pick<
  GuestSpec,
  "digest" | "memoryBytes" | "cpus" | "accelerator" | "ports" | "volumes" | "networks"
>;

/** Whether a guest is what is asked for, arguments and environment apart: they are not recorded. */
export function isSameGuest(one: Essence, other: Essence): boolean {
  return essenceOf(one) === essenceOf(other);
}

function essenceOf(guest: Essence): string {
  const { digest, memoryBytes, cpus, accelerator, ports, volumes = [], networks = [] } = guest;
  const listeners = ports.map((port) => [port.host, port.guest, port.protocol, port.address]);
  const disks = volumes.map((one) => [one.volume, one.path, one.readOnly, one.sizeBytes]);
  const places = networks.map(({ network, name, address }) => [network, name, address]);
  return JSON.stringify([digest, memoryBytes, cpus, accelerator, listeners, disks, places]);
}

/** Where a record is. */
export interface RecordFiles {
  readonly id: string;
  /** That nobody else may enter. */
  readonly directory: string;
  readonly record: string;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export function guestsDirectory(home: string): string {
  return join(home, "guests");
}

export function isGuestId(id: string): boolean {
  return ID.test(id);
}

export function recordFiles(home: string, id: string): RecordFiles {
  if (!isGuestId(id)) {
    throw new Error(
      `"${id}" cannot be a guest's id: it must consist of letters, digits, ".", "_" and "-"`,
    );
  }
  const directory = join(guestsDirectory(home), id);
  return { id, directory, record: join(directory, "guest.json") };
}

/** Undefined when there is none, or when it is damaged or another driver's. */
export async function readGuestRecord<Kept extends CommonRecord>(
  files: RecordFiles,
  isRecord: (value: unknown) => value is Kept,
): Promise<Kept | undefined> {
  let text: string;
  try {
    text = await readFile(files.record, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) && value.id === files.id ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Either the old record or the whole new one is there, whenever we are killed. Nothing waits for
 * the disk: after a crash of the machine no guest runs any more. */
export async function writeGuestRecord(files: RecordFiles, record: CommonRecord): Promise<void> {
  await mkdir(files.directory, { recursive: true, mode: 0o700 });
  const temporary = `${files.record}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(temporary, `${JSON.stringify(record, null, 2)}\n`, { flag: "wx", mode: 0o600 });
    await rename(temporary, files.record);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Every guest whose record can be read. */
export async function readGuestRecords<Kept extends CommonRecord>(
  home: string,
  isRecord: (value: unknown) => value is Kept,
): Promise<Kept[]> {
  const records = await Promise.all(
    (await guestIds(home)).map((id) => readGuestRecord(recordFiles(home, id), isRecord)),
  );
  return records.filter((record) => record !== undefined);
}

async function guestIds(home: string): Promise<string[]> {
  try {
    return (await readdir(guestsDirectory(home))).filter(isGuestId).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

export function hasCommonFields(value: unknown): value is CommonRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Partial<Record<keyof CommonRecord, unknown>>;
  const isText = (...names: (keyof CommonRecord)[]) =>
    names.every((name) => typeof record[name] === "string");
  const isNumber = (...names: (keyof CommonRecord)[]) =>
    names.every((name) => Number.isFinite(record[name]));
  const process = record.process as Partial<ProcessIdentity> | null | undefined;
  return (
    record.format === 1 &&
    isText("id", "owner", "digest", "imagePath") &&
    ["creating", "created", "kept"].includes(String(record.progress)) &&
    ["auto", "kvm", "tcg"].includes(String(record.accelerator)) &&
    isNumber("memoryBytes", "cpus", "startedAtMs") &&
    Array.isArray(record.ports) &&
    record.ports.every(isForward) &&
    Array.isArray(record.forwards) &&
    record.forwards.every((forward) => forward === null || isForward(forward)) &&
    (record.volumes === undefined ||
      (Array.isArray(record.volumes) && record.volumes.every(isGuestVolume))) &&
    (process === undefined ||
      (Number.isInteger(process?.pid) && Number.isInteger(process?.startTicks)))
  );
}

function isGuestVolume(value: unknown): value is GuestVolume {
  if (typeof value !== "object" || value === null) return false;
  const { volume, path, readOnly } = value as Partial<Record<keyof GuestVolume, unknown>>;
  return typeof volume === "string" && typeof path === "string" && typeof readOnly === "boolean";
}

function isForward(value: unknown): value is PortForward {
  if (typeof value !== "object" || value === null) return false;
  const { host, guest, protocol, address } = value as Partial<Record<keyof PortForward, unknown>>;
  return (
    Number.isInteger(host) &&
    Number.isInteger(guest) &&
    (protocol === "tcp" || protocol === "udp") &&
    typeof address === "string"
  );
}
