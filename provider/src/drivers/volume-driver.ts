// What a driver that has volumes can do with them: disks whose files survive the guests that use
// them. As with guests, each step may be repeated after a crash at any point.
import type { GuestProgress } from "./driver.ts";

export const VOLUME_FORMATS = ["raw", "qcow2"] as const;
export type VolumeFormat = (typeof VOLUME_FORMATS)[number];

/** What a volume starts from: a file on this machine, or another volume of the same driver, which a
 * running guest may have at the moment. */
export type VolumeSource =
  | { readonly file: string }
  | { readonly volume: string; readonly attached?: AttachedTo };

export interface VolumeSpec {
  /** Chosen before anything is made. */
  readonly id: string;
  /** Whom it belongs to (the resource's URN). */
  readonly owner: string;
  readonly sizeBytes: number;
  readonly format: VolumeFormat;
  /** An empty disk without one. */
  readonly source?: VolumeSource;
}

/** What is recorded of a volume. */
export interface VolumeSummary extends Pick<VolumeSpec, "id" | "owner" | "format"> {
  readonly progress: GuestProgress;
}

export interface VolumeStatus extends VolumeSummary {
  readonly sizeBytes: number;
  /** What it takes up of the host's disk. */
  readonly usedBytes: number;
}

export interface VolumeDriver {
  /** The one that a volume has when nobody asks for another. */
  readonly usualFormat: VolumeFormat;
  /** Why a format cannot be had here and what to do, or null. */
  formatProblem(format: VolumeFormat): Promise<string | null>;
  /** Every volume with a readable record. */
  list(): Promise<readonly VolumeSummary[]>;
  /** Undefined when there is no such volume, or when its disk is gone. */
  status(id: string): Promise<VolumeStatus | undefined>;
  /** Makes a volume; one that an interrupted attempt left behind is made anew. A copy is as its
   * source was at one moment, or it is refused. */
  create(spec: VolumeSpec, signal: AbortSignal): Promise<void>;
  /** Records whom it belongs to and how far it has come; nothing when there is no volume. */
  mark(id: string, owner: string, progress: GuestProgress): Promise<void>;
  /** Makes it larger; nothing when it is as large. `attached` is the guest that has it at the
   * moment, which sees the new size when it starts the next time. */
  grow(id: string, sizeBytes: number, attached: AttachedTo | undefined): Promise<void>;
  /** Removes it with all that is on it; succeeds when there is nothing. */
  remove(id: string): Promise<void>;
}

/** Where a running guest has a volume. */
export interface AttachedTo {
  readonly guest: string;
  /** By which it is known there. */
  readonly device: string;
}

/** Why a volume is not copied: somebody may be writing to it just then. */
export function cannotCopyAttached(volume: string, { guest }: AttachedTo): string {
  return `the volume ${volume} is attached to the guest ${guest}, which runs, and is not copied as it is at one moment by this driver; detach it first`;
}

/** A volume of a guest. */
export interface GuestVolume {
  /** The volume's id. */
  readonly volume: string;
  /** Where its files are in the guest. */
  readonly path: string;
  readonly readOnly: boolean;
  /** As large as its guest knows it; a guest that is to know another size starts again. */
  readonly sizeBytes?: number;
}

/** The name of a guest's disk: that of the device, and a virtio disk's serial number. */
export function deviceName(index: number): string {
  return `volume${index}`;
}

/** What a guest is told of its volumes. */
export function mounts(volumes: readonly GuestVolume[] = []) {
  return volumes.map(({ path, readOnly }, index) => ({ name: deviceName(index), path, readOnly }));
}
