// How much of a fuzz test runs: little in the suite, as much as FUZZ_RUNS says elsewhere. A failure
// prints its seed; FUZZ_SEED repeats it.

export function fuzzing(runs = 300): { readonly numRuns: number; readonly seed?: number } {
  const seed = process.env.FUZZ_SEED;
  const numRuns = Number(process.env.FUZZ_RUNS ?? runs);
  return { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) };
}
