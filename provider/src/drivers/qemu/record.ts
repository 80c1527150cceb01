// guest.json: what is known of a guest, written before QEMU starts and replaced as a whole. Its
// arguments and the values of its environment are not in it, since they may be secret.
import {
  type CommonRecord,
  hasCommonFields,
  readGuestRecord,
  readGuestRecords,
  writeGuestRecord,
} from "../guest-record.ts";
import type { GuestFiles } from "./files.ts";

export interface GuestRecord extends CommonRecord {
  readonly envNames: readonly string[];
  readonly usedAccelerator: "kvm" | "tcg";
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
  return ["kvm", "tcg"].includes(String(record.usedAccelerator)) && Array.isArray(record.envNames);
}
