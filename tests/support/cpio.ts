// Writes a cpio archive in the "newc" format that Linux unpacks as its initial file system
// (Documentation/driver-api/early-userspace/buffer-format in the kernel's source).

export interface CpioEntry {
  readonly path: string;
  /** File type and permission bits. */
  readonly mode: number;
  readonly content?: Uint8Array;
}

export const directory = 0o040755;
export const executable = 0o100755;
/** Its content is what it points to. */
export const symbolicLink = 0o120777;

export function cpio(entries: readonly CpioEntry[]): Buffer {
  const records = [...entries, { path: "TRAILER!!!", mode: 0 }].map((entry, index) => {
    const content = Buffer.from("content" in entry && entry.content ? entry.content : []);
    const name = Buffer.from(`${entry.path}\0`);
    const fields = [index + 1, entry.mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
    const header = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`;
    return Buffer.concat([padded(Buffer.concat([Buffer.from(header), name])), padded(content)]);
  });
  return Buffer.concat(records);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
