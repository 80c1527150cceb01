// "Did you mean …?": the name that takes the fewest edits, if it is near enough to be meant.
import { distance } from "fastest-levenshtein";

/** Undefined when nothing is within a third of the name's length (at least two edits). */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(2, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const edits = distance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < bestDistance) {
      best = candidate;
      bestDistance = edits;
    }
  }
  return best;
}
