// QEMU's own format, version 3 (QEMU's docs/interop/qcow2.txt). Only clusters with data are there.
import { dataBlocks, type SparseDisk, sparseDisk } from "../sparse.ts";

const clusterBits = 16;
const clusterBytes = 2 ** clusterBits;
const entryBytes = 8;
const entriesPerTable = clusterBytes / entryBytes;
/** References take 16 bits each. */
const referencesPerBlock = clusterBytes / 2;
const headerBytes = 104;
/** Says of a table or a cluster that nobody else refers to it. */
const soleOwner = 1n << 63n;

export function qcow2(disk: SparseDisk): SparseDisk {
  const blocks = [...dataBlocks(disk, clusterBytes)];
  const tableNumbers = [...new Set(blocks.map(({ index }) => Math.floor(index / entriesPerTable)))];
  const tableCount = Math.ceil(disk.sizeBytes / clusterBytes / entriesPerTable);
  // In this order: header, references' table and block, first-level table, the others, the data.
  const firstTable = 4;
  const firstData = firstTable + tableNumbers.length;
  const clusters = firstData + blocks.length;
  if (clusters > referencesPerBlock || tableCount > entriesPerTable) {
    throw new Error(`a disk of ${disk.sizeBytes} bytes is too large for this writer of qcow2`);
  }
  const references = Buffer.alloc(clusterBytes);
  for (let at = 0; at < clusters; at++) references.writeUInt16BE(1, at * 2);
  const referenceTable = Buffer.alloc(clusterBytes);
  referenceTable.writeBigUInt64BE(BigInt(2 * clusterBytes), 0);
  const top = Buffer.alloc(clusterBytes);
  const tables = tableNumbers.map((number, at) => {
    write(top, number, firstTable + at);
    return { number, data: Buffer.alloc(clusterBytes) };
  });
  for (const [at, { index }] of blocks.entries()) {
    const table = tables.find(({ number }) => number === Math.floor(index / entriesPerTable));
    if (table) write(table.data, index % entriesPerTable, firstData + at);
  }
  const parts = [
    header(disk.sizeBytes, tableCount),
    ...[referenceTable, references, top],
    ...tables.map(({ data }) => data),
    ...blocks.map(({ data }) => data),
  ];
  return sparseDisk(
    clusters * clusterBytes,
    parts.map((data, at) => ({ offset: at * clusterBytes, data })),
  );
}

function write(table: Buffer, index: number, cluster: number): void {
  table.writeBigUInt64BE(soleOwner | BigInt(cluster * clusterBytes), index * entryBytes);
}

function header(sizeBytes: number, tableCount: number): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.write("QFI\xfb", 0, "latin1");
  bytes.writeUInt32BE(3, 4);
  bytes.writeUInt32BE(clusterBits, 20);
  bytes.writeBigUInt64BE(BigInt(sizeBytes), 24);
  bytes.writeUInt32BE(tableCount, 36);
  bytes.writeBigUInt64BE(BigInt(3 * clusterBytes), 40);
  bytes.writeBigUInt64BE(BigInt(clusterBytes), 48);
  bytes.writeUInt32BE(1, 56);
  bytes.writeUInt32BE(4, 96); // 2^4 bits for each reference
  bytes.writeUInt32BE(headerBytes, 100);
  return bytes;
}
