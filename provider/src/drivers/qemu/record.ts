// guest.json: what is known of a guest, written before QEMU starts and replaced as a whole. Its
// arguments and the values of its environment are not in it, since they may be secret.
import type { GuestProgress, PortForward } from "../driver.ts";
import {
  hasCommonFields,
  type ProcessIdentity,
  readGuestRecord,
  readGuestRecords,
  writeGuestRecord,
} from "../guest-record.ts";
import type { GuestFiles } from "./files.ts";

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
export function readRecord(files: GuestFiles): Promise<GuestRecord | undefined> {
  return readGuestRecord(files, isRecord);
}

export function writeRecord(files: GuestFiles, record: GuestRecord): Promise<void> {
  return writeGuestRecord(files, record);
}

/** Every guest whose record can be read. */
export function readRecords(home: string): Promise<GuestRecord[]> {
  return readGuestRecords(home, isRecord);
}

function isRecord(value: unknown): value is GuestRecord {
  if (!hasCommonFields(value)) return false;
  const record = value as Partial<Record<keyof GuestRecord, unknown>>;
  return (
    ["auto", "kvm", "tcg"].includes(String(record.accelerator)) &&
    ["kvm", "tcg"].includes(String(record.usedAccelerator)) &&
    Array.isArray(record.envNames)
  );
}
