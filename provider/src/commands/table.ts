// Tables of plain text.

const DIGEST_CHARACTERS = "sha256:".length + 12;

/** As many digits as tell it from others. */
export function shortDigest(digest: string): string {
  return digest.slice(0, DIGEST_CHARACTERS);
}

/** Lines whose cells stand below each other. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
