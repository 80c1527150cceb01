// Reads the TCP segments out of what QEMU's filter-dump has written of a guest's network.
import { readFileSync } from "node:fs";

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const ETHERNET_BYTES = 14;
const IPV4 = 0x0800;
const TCP = 6;

export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly fin: boolean;
  readonly syn: boolean;
  readonly reset: boolean;
  readonly payloadBytes: number;
}

/** The segment in an Ethernet frame, or null when there is none. */
export function parseSegment(frame: Buffer): Segment | null {
  if (frame.length < ETHERNET_BYTES + 20 || frame.readUInt16BE(12) !== IPV4) return null;
  const packet = frame.subarray(ETHERNET_BYTES);
  const headerBytes = (packet.readUInt8(0) & 15) * 4;
  if (packet.readUInt8(9) !== TCP) return null;
  // Short frames are padded: the packet says itself how long it is.
  const segment = packet.subarray(headerBytes, packet.readUInt16BE(2));
  const flags = segment.readUInt8(13);
  return {
    from: segment.readUInt16BE(0),
    to: segment.readUInt16BE(2),
    fin: (flags & 1) !== 0,
    syn: (flags & 2) !== 0,
    reset: (flags & 4) !== 0,
    payloadBytes: segment.length - (segment.readUInt8(12) >> 4) * 4,
  };
}

/** All segments in a dump, in the order in which they passed. */
export function readSegments(file: string): Segment[] {
  const dump = readFileSync(file);
  const segments: Segment[] = [];
  for (let at = FILE_HEADER_BYTES; at + RECORD_HEADER_BYTES <= dump.length; ) {
    const bytes = dump.readUInt32LE(at + 8);
    at += RECORD_HEADER_BYTES;
    const segment = parseSegment(dump.subarray(at, at + bytes));
    if (segment !== null) segments.push(segment);
    at += bytes;
  }
  return segments;
}
