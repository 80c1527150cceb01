// A fixed VHD: the disk, and a sector that describes it (Microsoft's "Virtual Hard Disk Image Format
// Specification" 1.0). Whole MiB, as Azure wants; integers are big-endian.
import { sha256 } from "../../graph/hash.ts";
import { type SparseDisk, sparseDisk } from "../sparse.ts";

const footerBytes = 512;
const sectorBytes = 512;
const fixed = 2;
const checksumAt = 64;

export function vhd(disk: SparseDisk): SparseDisk {
  const footer = Buffer.alloc(footerBytes);
  footer.write("conectix", 0, "ascii");
  footer.writeUInt32BE(2, 8);
  footer.writeUInt32BE(0x00010000, 12);
  footer.fill(0xff, 16, 24); // no further header
  // By the name of who made it readers choose where they look for the size; for this one it is the
  // exact one below, and not what cylinders, heads and sectors are able to say.
  footer.write("win ", 28, "ascii");
  footer.writeUInt32BE(0x000a0000, 32);
  footer.write("Wi2k", 36, "ascii");
  footer.writeBigUInt64BE(BigInt(disk.sizeBytes), 40);
  footer.writeBigUInt64BE(BigInt(disk.sizeBytes), 48);
  geometry(disk.sizeBytes / sectorBytes).copy(footer, 56);
  footer.writeUInt32BE(fixed, 60);
  const identity = sha256(Buffer.concat(disk.extents.map(({ data }) => data)));
  footer.write(identity.slice(0, 32), 68, "hex");
  const sum = footer.reduce((total, byte) => total + byte, 0);
  footer.writeUInt32BE(~sum >>> 0, checksumAt);
  return sparseDisk(disk.sizeBytes + footerBytes, [
    ...disk.extents,
    { offset: disk.sizeBytes, data: footer },
  ]);
}

/** Cylinders, heads and sectors by the specification's appendix. */
function geometry(total: number): Buffer {
  const sectors = Math.min(total, 65_535 * 16 * 255);
  let perTrack = 255;
  let heads = 16;
  if (sectors < 65_535 * 16 * 63) {
    perTrack = 17;
    heads = Math.max(4, Math.ceil(Math.floor(sectors / 17) / 1024));
    if (Math.floor(sectors / 17) >= heads * 1024 || heads > 16) {
      perTrack = 31;
      heads = 16;
    }
    if (perTrack === 31 && Math.floor(sectors / 31) >= heads * 1024) perTrack = 63;
  }
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16BE(Math.floor(Math.floor(sectors / perTrack) / heads), 0);
  bytes[2] = heads;
  bytes[3] = perTrack;
  return bytes;
}
