// What is recorded of a sandboxed guest, beside what all drivers record.
import type { GatewayPort } from "@pulumi-unikernel/toolchain";
import {
  type CommonRecord,
  hasCommonFields,
  readGuestRecord,
  readGuestRecords,
  writeGuestRecord,
} from "../guest-record.ts";
import type { SandboxFiles } from "./files.ts";

export interface SandboxRecord extends CommonRecord {
  readonly driver: "sandbox";
  /** Where the gateway listens for each of the ports, and at the end for one that nobody serves. */
  readonly inner: readonly GatewayPort[];
}

export function readRecord(files: SandboxFiles): Promise<SandboxRecord | undefined> {
  return readGuestRecord(files, isRecord);
}

export function writeRecord(files: SandboxFiles, record: SandboxRecord): Promise<void> {
  return writeGuestRecord(files, record);
}

export function readRecords(home: string): Promise<SandboxRecord[]> {
  return readGuestRecords(home, isRecord);
}

function isRecord(value: unknown): value is SandboxRecord {
  if (!hasCommonFields(value)) return false;
  const record = value as Partial<Record<keyof SandboxRecord, unknown>>;
  return record.driver === "sandbox" && Array.isArray(record.inner);
}
