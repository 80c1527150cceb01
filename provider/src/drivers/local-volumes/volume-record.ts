// volume.json: what is known of a volume in this user's directory, written before its disk is made
// and replaced as a whole.
import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isGuestId } from "../guest-record.ts";
import { VOLUME_FORMATS, type VolumeFormat, type VolumeSummary } from "../volume-driver.ts";

export interface VolumeRecord extends VolumeSummary {
  readonly version: 1;
  readonly driver: string;
}

export interface VolumeFiles {
  /** That nobody else may enter. */
  readonly directory: string;
  readonly record: string;
  disk(format: VolumeFormat): string;
}

export function volumeFiles(home: string, id: string): VolumeFiles {
  if (!isGuestId(id)) {
    throw new Error(
      `"${id}" cannot be a volume's id: it must consist of letters, digits, ".", "_" and "-"`,
    );
  }
  const directory = join(home, "volumes", id);
  return {
    directory,
    record: join(directory, "volume.json"),
    disk: (format) => join(directory, `disk.${format}`),
  };
}

/** Undefined when there is none, or when it is damaged. */
export async function readVolumeRecord(
  home: string,
  id: string,
): Promise<VolumeRecord | undefined> {
  if (!isGuestId(id)) return undefined;
  try {
    const value: unknown = JSON.parse(await readFile(volumeFiles(home, id).record, "utf8"));
    return isVolumeRecord(value) && value.id === id ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Either the old record or the whole new one is there, also after a loss of power: with the
 * record a disk would lose its format. */
export async function writeVolumeRecord(home: string, record: VolumeRecord): Promise<void> {
  const files = volumeFiles(home, record.id);
  await mkdir(files.directory, { recursive: true, mode: 0o700 });
  const temporary = `${files.record}.${randomBytes(6).toString("hex")}`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(`${JSON.stringify(record, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, files.record);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Every volume whose record can be read. */
export async function readVolumeRecords(home: string): Promise<VolumeRecord[]> {
  const names = await readdir(join(home, "volumes")).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const records = await Promise.all(names.sort().map((id) => readVolumeRecord(home, id)));
  return records.filter((record) => record !== undefined);
}

export function isVolumeRecord(value: unknown): value is VolumeRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Partial<Record<keyof VolumeRecord, unknown>>;
  return (
    record.version === 1 &&
    typeof record.id === "string" &&
    typeof record.owner === "string" &&
    typeof record.driver === "string" &&
    ["creating", "created", "kept"].includes(String(record.progress)) &&
    VOLUME_FORMATS.some((format) => format === record.format)
  );
}
