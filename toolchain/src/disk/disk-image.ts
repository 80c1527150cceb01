// The disk that a cloud or a machine with UEFI firmware starts a unikernel from: one partition, and
// on it one EFI program that carries the kernel, and the guest's configuration if there is any.
import { fatVolume } from "./fat.ts";
import { partitionTable, tableSectorsBehind } from "./gpt.ts";
import { withSection } from "./pe.ts";
import { type SparseDisk, sparseDisk } from "./sparse.ts";

const sectorBytes = 512;
const mebibyte = 2 ** 20;
/** 1 MiB, where every tool begins the first partition. */
const firstSector = mebibyte / sectorBytes;

export interface DiskContent {
  /** The EFI program, see ensureEfiStub(). */
  readonly stub: Buffer;
  /** A bootable image of the platform kvm. */
  readonly kernel: Buffer;
  /** What uk/boot.h describes; absent: the guest is told nothing. */
  readonly configuration?: Buffer | undefined;
  /** At least this many bytes, in whole MiB; clouds have disks of whole GiB. */
  readonly sizeBytes?: number | undefined;
}

export function diskImage(content: DiskContent): SparseDisk {
  const program = withSection(content.stub, ".kernel", content.kernel);
  const { configuration, sizeBytes = 0 } = content;
  const volume = fatVolume(
    [
      { path: "EFI/BOOT/BOOTX64.EFI", data: program },
      ...(configuration ? [{ path: "EFI/BOOT/CONFIG", data: configuration }] : []),
    ],
    "UNIKERNEL",
  );
  const needed = (firstSector + volume.sectors + tableSectorsBehind) * sectorBytes;
  const total = Math.ceil(Math.max(needed, sizeBytes) / mebibyte) * mebibyte;
  const table = partitionTable(total / sectorBytes, {
    firstSector,
    sectors: volume.sectors,
    name: "unikernel",
    // Not of the content: an edit would change the tables at both ends of every disk, too.
    seed: "unikernel",
  });
  return sparseDisk(total, [...table, { offset: firstSector * sectorBytes, data: volume.data }]);
}
