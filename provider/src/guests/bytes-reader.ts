// Reads numbers one after the other, as debug information has them.

export class BytesReader {
  readonly bytes: Buffer;
  position: number;

  constructor(bytes: Buffer, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  /** Little-endian, of 1, 2, 4 or 8 bytes. */
  unsigned(length: number): number {
    const at = this.position;
    this.position += length;
    return length === 8
      ? Number(this.bytes.readBigUInt64LE(at))
      : this.bytes.readUIntLE(at, length);
  }

  signedByte(): number {
    return this.bytes.readInt8(this.position++);
  }

  /** LEB128. */
  variable(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes.readUInt8(this.position++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  signedVariable(): number {
    const start = this.position;
    const value = this.variable();
    const bits = 7 * (this.position - start);
    const isNegative = ((this.bytes[this.position - 1] ?? 0) & 64) !== 0;
    return isNegative ? value - 2 ** bits : value;
  }

  text(): string {
    const end = this.bytes.indexOf(0, this.position);
    if (end < 0) throw new RangeError("a text has no end");
    const text = this.bytes.toString("utf8", this.position, end);
    this.position = end + 1;
    return text;
  }
}
