// Volumes of `unikernel run`: files on the host that are a guest's disks, and where in the guest
// their files are to be.
import { statSync } from "node:fs";
import { UsageError } from "./command.ts";

export interface RunVolume {
  /** By which the guest finds the disk. */
  readonly name: string;
  readonly file: string;
  readonly path: string;
  readonly readOnly: boolean;
}

/** Of FILE:/PATH or FILE:/PATH:read-only; the file must be there. */
export function parseVolume(text: string, index: number): RunVolume {
  const usage = "unikernel run --help";
  const match = /^(.+?):(\/[^:=]*)(:read-only)?$/.exec(text);
  const [, file = "", path = "", readOnly] = match ?? [];
  if (match === null) {
    throw new UsageError(`volume "${text}": expected FILE:/PATH or FILE:/PATH:read-only`, usage);
  }
  const status = statSync(file, { throwIfNoEntry: false });
  if (!status?.isFile()) {
    const what = status === undefined ? "there is no such file" : "it is not a file";
    throw new UsageError(
      `volume "${text}": ${what}. An empty one of 64 MiB: truncate -s 64M ${file}`,
      usage,
    );
  }
  return { name: `volume${index}`, file, path, readOnly: readOnly !== undefined };
}

/** What the guest is told. */
export function volumeLines(volumes: readonly RunVolume[]) {
  const lines = (readOnly: boolean) =>
    volumes
      .filter((volume) => volume.readOnly === readOnly)
      .map(({ name, path }) => `${name}=${path}`);
  return { volumes: lines(false), readOnlyVolumes: lines(true) };
}

/** What QEMU is told. */
export function volumeArguments(volumes: readonly RunVolume[], device: string): string[] {
  return volumes.flatMap(({ name, file, readOnly }) => [
    "-drive",
    [
      `if=none,id=${name},format=raw,read-only=${readOnly ? "on" : "off"}`,
      `file=${file.replaceAll(",", ",,")}`,
    ].join(","),
    "-device",
    `${device},drive=${name},serial=${name}`,
  ]);
}
