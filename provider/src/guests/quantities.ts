// Durations and sizes as people write them: "500ms", "5s", "32MiB".

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
};

/** Milliseconds, or undefined when the text is not a duration. */
export function parseDurationMs(text: string): number | undefined {
  return parse(text, DURATION_UNITS);
}

/** Bytes, or undefined when the text is not a size. */
export function parseSizeBytes(text: string): number | undefined {
  const bytes = parse(text, SIZE_UNITS);
  return bytes !== undefined && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** In the largest binary unit that divides it. */
export function formatSize(bytes: number): string {
  for (const unit of ["GiB", "MiB", "KiB"]) {
    const size = SIZE_UNITS[unit] ?? 1;
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return `${bytes}B`;
}

function parse(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(text);
  if (match === null) return undefined;
  const unit = Object.hasOwn(units, match[2] ?? "") ? units[match[2] ?? ""] : undefined;
  return unit === undefined ? undefined : Number(match[1]) * unit;
}
