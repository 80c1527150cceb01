// Medians, and measurements taken in turn so that a machine's drift hits all alike.

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new Error("the median of nothing");
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** The value that so many of a hundred do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * share) / 100))];
  if (value === undefined) throw new Error("a percentile of nothing");
  return value;
}

export interface Turns {
  readonly rounds: number;
  /** Rounds before that, which do not count. */
  readonly warmUps: number;
}

/** Runs all measurements in turn, every other round backwards, and returns what each one gave. */
export async function interleaved(
  { rounds, warmUps }: Turns,
  measurements: readonly (() => Promise<number>)[],
): Promise<number[][]> {
  const samples: number[][] = measurements.map(() => []);
  for (let round = -warmUps; round < rounds; round++) {
    const order = [...measurements.entries()];
    for (const [index, measure] of round % 2 === 0 ? order : order.reverse()) {
      const value = await measure();
      if (round >= 0) samples[index]?.push(value);
    }
  }
  return samples;
}

/** Two measurements that were taken in turn: what each gave, and how they compare in one round. */
export function paired(values: readonly number[] = [], baselineValues: readonly number[] = []) {
  const quotients = values.map((value, round) => value / (baselineValues[round] ?? Number.NaN));
  return {
    value: median(values),
    baselineValue: median(baselineValues),
    quotient: median(quotients),
  };
}
