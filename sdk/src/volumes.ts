// A Volume in the inputs of a Guest stands for its id, and for its size: a guest whose volume has
// grown starts again, and uses all of it.
import * as pulumi from "@pulumi/pulumi";
import type { GuestVolumeArgs } from "./types.ts";
import { Volume } from "./volume.ts";

/** What a Guest's `volumes` takes: a Volume, or a volume's id. */
export interface AttachedVolume extends Omit<GuestVolumeArgs, "volume"> {
  readonly volume: Volume | pulumi.Input<string>;
}

export function volumesOf(
  volumes: pulumi.Input<readonly AttachedVolume[]> | undefined,
): pulumi.Input<pulumi.Input<GuestVolumeArgs>[]> | undefined {
  if (volumes === undefined) return undefined;
  if (Array.isArray(volumes)) return volumes.map(attached);
  return pulumi.output(volumes as pulumi.Output<readonly AttachedVolume[]>).apply((known) =>
    // Inside of an output a resource is as it was.
    (known as unknown as readonly AttachedVolume[]).map(attached),
  ) as pulumi.Output<pulumi.Input<GuestVolumeArgs>[]>;
}

function attached(volume: AttachedVolume): GuestVolumeArgs {
  const { volume: disk, ...rest } = volume;
  if (!Volume.isInstance(disk)) return { ...rest, volume: disk };
  return { sizeBytes: disk.sizeBytes, ...rest, volume: disk.id };
}
