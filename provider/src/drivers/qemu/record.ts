// guest.json: what is known of a guest, written before QEMU starts and replaced as a whole. Its
// arguments and the values of its environment are not in it, since they may be secret.
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import type { GuestProgress, PortForward } from "../driver.ts";
import { type GuestFiles, guestFiles, guestsDirectory, isGuestId } from "./files.ts";
import type { ProcessIdentity } from "./processes.ts";

export interface GuestRecord {
  readonly format: 1;
  readonly id: string;
  readonly owner: string;
  readonly progress: GuestProgress;
  readonly digest: string;
  readonly imagePath: string;
  readonly memoryBytes: number;
  readonly cpus: number;
  /** As they were asked for. */
  readonly ports: readonly PortForward[];
  /** As they are; null where a forward was taken over by a successor. */
  readonly forwards: readonly (PortForward | null)[];
  readonly envNames: readonly string[];
  readonly accelerator: "auto" | "kvm" | "tcg";
  readonly usedAccelerator: "kvm" | "tcg";
  readonly startedAtMs: number;
  /** Absent until QEMU is known to run. */
  readonly process?: ProcessIdentity;
}

/** Undefined when there is none, or when it is damaged: a guest is then known by its process. */
export async function readRecord(files: GuestFiles): Promise<GuestRecord | undefined> {
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
export async function writeRecord(files: GuestFiles, record: GuestRecord): Promise<void> {
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
export async function readRecords(home: string): Promise<GuestRecord[]> {
  const records = await Promise.all(
    (await guestIds(home)).map((id) => readRecord(guestFiles(home, id))),
  );
  return records.filter((record) => record !== undefined);
}

export async function guestIds(home: string): Promise<string[]> {
  try {
    return (await readdir(guestsDirectory(home))).filter(isGuestId).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function isRecord(value: unknown): value is GuestRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Partial<Record<keyof GuestRecord, unknown>>;
  const isText = (...names: (keyof GuestRecord)[]) =>
    names.every((name) => typeof record[name] === "string");
  const isNumber = (...names: (keyof GuestRecord)[]) =>
    names.every((name) => Number.isFinite(record[name]));
  const process = record.process as Partial<ProcessIdentity> | null | undefined;
  return (
    record.format === 1 &&
    isText("id", "owner", "digest", "imagePath") &&
    ["creating", "created", "kept"].includes(String(record.progress)) &&
    ["auto", "kvm", "tcg"].includes(String(record.accelerator)) &&
    ["kvm", "tcg"].includes(String(record.usedAccelerator)) &&
    isNumber("memoryBytes", "cpus", "startedAtMs") &&
    Array.isArray(record.envNames) &&
    Array.isArray(record.ports) &&
    record.ports.every(isForward) &&
    Array.isArray(record.forwards) &&
    record.forwards.every((forward) => forward === null || isForward(forward)) &&
    (process === undefined ||
      (Number.isInteger(process?.pid) && Number.isInteger(process?.startTicks)))
  );
}

export function isForward(value: unknown): value is PortForward {
  if (typeof value !== "object" || value === null) return false;
  const { host, guest, protocol, address } = value as Partial<Record<keyof PortForward, unknown>>;
  return (
    Number.isInteger(host) &&
    Number.isInteger(guest) &&
    (protocol === "tcp" || protocol === "udp") &&
    typeof address === "string"
  );
}
