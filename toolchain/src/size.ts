// Sizes as people write and read them: "32MiB", "4 GiB", "1.5G".

const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Bytes, or undefined when the text is not a size; K, M, G and T count in 1024s. */
export function parseSizeBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(?:([KMGT])(?:iB|B)?|B)?$/i.exec(text.trim());
  if (!match) return undefined;
  const power = match[2] ? "KMGT".indexOf(match[2].toUpperCase()) + 1 : 0;
  const bytes = Math.round(Number(match[1]) * 1024 ** power);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** With at most one digit after the point. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toFixed(1))} ${units[unit]}`;
}
