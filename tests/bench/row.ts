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

interface Comparison {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: string;
  readonly baselineValue: number;
}

/** A time that has to be several times shorter than the baseline's. */
export function timesFaster(comparison: Comparison, factor: number): Row {
  const ratio = comparison.baselineValue / comparison.value;
  return { ...comparison, ratio, goal: `≥ ${factor} × faster`, met: ratio >= factor };
}

/** A rate that has to be several times the baseline's. */
export function timesMore(comparison: Comparison, factor: number): Row {
  const ratio = comparison.value / comparison.baselineValue;
  return { ...comparison, ratio, goal: `≥ ${factor} ×`, met: ratio >= factor };
}

/** A time that may exceed the baseline's by a factor at the most. */
export function withinFactor(comparison: Comparison, factor: number): Row {
  const ratio = comparison.value / comparison.baselineValue;
  return { ...comparison, ratio, goal: `≤ ${factor} × the baseline`, met: ratio <= factor };
}
