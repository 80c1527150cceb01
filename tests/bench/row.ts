// One line of a benchmark's result: always a figure beside a baseline measured in the same run.

export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with; "" when the goal is an absolute one. */
  readonly baseline: string;
  readonly baselineValue: number | null;
  /** value / baselineValue, or the other way round where less is better, so that more is better. */
  readonly ratio: number | null;
  /** E.g. "≥ 1.8 ×" or "≤ 32000 bytes". */
  readonly goal: string;
  readonly met: boolean;
}

/** A benchmark that could not run here, and why. */
export interface Skipped {
  readonly name: string;
  readonly skipped: string;
}

export type Result = Row | Skipped;

/** A figure that has to stay at or below a limit. */
export function atMost(name: string, value: number, unit: string, limit: number): Row {
  return {
    name,
    value,
    unit,
    baseline: "",
    baselineValue: null,
    ratio: null,
    goal: `≤ ${limit} ${unit}`,
    met: value <= limit,
  };
}

/** A figure that has no goal. */
export function reported(name: string, value: number, unit: string): Row {
  const none = { baseline: "", baselineValue: null, ratio: null };
  return { name, value, unit, ...none, goal: "", met: true };
}

interface Comparison {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: string;
  readonly baselineValue: number;
  /** value / baselineValue as the median over rounds, where both were measured in turn. */
  readonly quotient?: number;
}

/** The comparison as a row: its ratio is the quotient or, where less is better, the inverse. */
function compared({ quotient, ...rest }: Comparison, lessIsBetter = false) {
  const ratio = quotient ?? rest.value / rest.baselineValue;
  return { ...rest, ratio: lessIsBetter ? 1 / ratio : ratio };
}

/** A time that has to be several times shorter than the baseline's. */
export function timesFaster(comparison: Comparison, factor: number): Row {
  const row = compared(comparison, true);
  return { ...row, goal: `≥ ${factor} × faster`, met: row.ratio >= factor };
}

/** A rate that has to be several times the baseline's. */
export function timesMore(comparison: Comparison, factor: number): Row {
  const row = compared(comparison);
  return { ...row, goal: `≥ ${factor} ×`, met: row.ratio >= factor };
}

/** A time that may exceed the baseline's by a factor at the most. */
export function withinFactor(comparison: Comparison, factor: number): Row {
  const row = compared(comparison);
  return { ...row, goal: `≤ ${factor} × the baseline`, met: row.ratio <= factor };
}
