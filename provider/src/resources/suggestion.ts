// What is said of a name that does not exist, so that the reader finds the one that does.
import { nearestName } from "@pulumi-unikernel/toolchain/nearest";

/** E.g. `; did you mean "memory"?`, or the names that exist when none is near. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  if (near !== undefined) return `; did you mean "${near}"?`;
  return known.length === 0 ? "" : `; known are ${[...known].sort().join(", ")}`;
}
