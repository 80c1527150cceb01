// Where the files of a network of this user are: one directory, named by its id, that nobody else
// may enter, beside that of the guests.
import { randomBytes } from "node:crypto";
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isGuestId, type RecordFiles } from "../guest-record.ts";
import type { Place } from "./members.ts";

export interface NetworkFiles extends RecordFiles {
  /** What the switch reads. */
  readonly members: string;
  /** The switch's socket. */
  readonly control: string;
  /** What the switch had to say. */
  readonly log: string;
  /** One file for each guest, named by its address: who makes it first has the address. */
  readonly places: string;
}

/** As the switch sees them, whose working directory is the network's. */
export const RELATIVE = { members: "members", control: "control.sock" } as const;

export interface NetworkRecord {
  readonly format: 1;
  readonly id: string;
  readonly owner: string;
  /** By which users know it. */
  readonly name: string;
  readonly cidr: string;
  readonly progress: "creating" | "created" | "kept";
}

export function networksDirectory(home: string): string {
  return join(home, "networks");
}

export function networkFiles(home: string, id: string): NetworkFiles {
  if (!isGuestId(id)) {
    throw new Error(
      `"${id}" cannot be a network's id: it must consist of letters, digits, ".", "_" and "-"`,
    );
  }
  const directory = join(networksDirectory(home), id);
  return {
    id,
    directory,
    record: join(directory, "network.json"),
    members: join(directory, RELATIVE.members),
    control: join(directory, RELATIVE.control),
    log: join(directory, "switch.log"),
    places: join(directory, "places"),
  };
}

/** Undefined when there is none, or it is damaged. */
export async function readNetwork(files: NetworkFiles): Promise<NetworkRecord | undefined> {
  const record = await readJson<NetworkRecord>(files.record);
  return record?.format === 1 && record.id === files.id ? record : undefined;
}

export async function readNetworks(home: string): Promise<NetworkRecord[]> {
  const ids = (await namesIn(networksDirectory(home))).filter(isGuestId);
  const records = await Promise.all(ids.map((id) => readNetwork(networkFiles(home, id))));
  return records.filter((record) => record !== undefined);
}

export async function writeNetwork(files: NetworkFiles, record: NetworkRecord): Promise<void> {
  await mkdir(files.places, { recursive: true, mode: 0o700 });
  await replaceFile(files.record, `${JSON.stringify(record, null, 2)}\n`);
}

/** Either the old content or the whole new one is there, whenever we are killed. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(temporary, text, { flag: "wx", mode: 0o600 });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

export async function readPlaces(files: NetworkFiles): Promise<Place[]> {
  const names = (await namesIn(files.places)).filter((name) => /^[\d.]+$/.test(name));
  const places = await Promise.all(
    names.sort().map((name) => readJson<Place>(join(files.places, name))),
  );
  // A place whose maker was killed before it wrote anything is nobody's.
  return places.filter((place) => place !== undefined);
}

/** False when somebody else has this address. */
export async function claimPlace(files: NetworkFiles, place: Place): Promise<boolean> {
  const path = join(files.places, place.address);
  // Complete before it has its name: nobody ever reads half of it.
  const temporary = join(files.places, `.${place.address}.${randomBytes(6).toString("hex")}`);
  await writeFile(temporary, `${JSON.stringify(place)}\n`, { flag: "wx", mode: 0o600 });
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    await rm(temporary, { force: true });
  }
}

export async function writePlace(files: NetworkFiles, place: Place): Promise<void> {
  await replaceFile(join(files.places, place.address), `${JSON.stringify(place)}\n`);
}

export async function removePlace(files: NetworkFiles, place: Place): Promise<void> {
  await rm(join(files.places, place.address), { force: true });
}

export async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
}

async function readJson<Value>(path: string): Promise<Value | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Value;
  } catch {
    return undefined;
  }
}
