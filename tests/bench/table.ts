// Prints benchmark results for people.
import type { Result, Row } from "./row.ts";

function figure(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function cells(row: Row): string[] {
  return [
    row.name,
    `${figure(row.value)} ${row.unit}`,
    row.baselineValue === null ? "" : `${row.baseline}: ${figure(row.baselineValue)} ${row.unit}`,
    row.ratio === null ? "" : row.ratio.toFixed(2),
    row.goal,
    row.met ? "yes" : "NO",
  ];
}

export function printRow(result: Result): string {
  if ("skipped" in result) return `${result.name}: skipped, ${result.skipped}`;
  return cells(result).filter(Boolean).join(" | ");
}

export function printTable(results: readonly Result[]): string {
  const rows = results.filter((result): result is Row => !("skipped" in result));
  const lines = [["what", "measured", "baseline", "ratio", "goal", "met"], ...rows.map(cells)];
  const widths = lines[0]?.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const table = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const skipped = results.filter((result) => "skipped" in result).map(printRow);
  return [...table, ...skipped].join("\n");
}
