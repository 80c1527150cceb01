// Medians, and pairs of measurements taken in turn so that a machine's drift hits both alike.

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new Error("the median of nothing");
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Runs all measurements in turn, `rounds` times after one warm-up, and returns each one's median. */
export async function interleaved(
  rounds: number,
  measurements: readonly (() => Promise<number>)[],
): Promise<number[]> {
  const samples: number[][] = measurements.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, measure] of measurements.entries()) {
      const value = await measure();
      if (round > 0) samples[index]?.push(value);
    }
  }
  return samples.map(median);
}
