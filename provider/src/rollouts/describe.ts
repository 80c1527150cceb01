// A plan in words, for a preview: why, how many at a time, and one line for each thing that happens.
import type { Rollout, Step } from "./plan.ts";

const NAMES_MAX = 4;

export function describePlan(
  rollout: Rollout,
  steps: readonly Step[],
  reasons: readonly string[],
): string[] {
  if (steps.length === 0) return [];
  return [...reasons, limits(rollout), ...steps.flatMap(stepLine)];
}

function limits({ strategy, replicas, maxSurge, maxUnavailable }: Rollout): string {
  const wanted = count(replicas, "replica");
  if (strategy === "blueGreen") return `blueGreen: ${wanted}, all of them twice for a while`;
  return `rolling: ${wanted}, at most ${maxSurge} more and ${maxUnavailable} fewer for a while`;
}

/** What follows from another step is told with it. */
function stepLine({ kind, replicas }: Step): string[] {
  const they = replicas.length === 1 ? "it" : "them";
  switch (kind) {
    case "discard":
      return [
        `remove ${named(replicas)}, which ${replicas.length === 1 ? "does" : "do"} not serve`,
      ];
    case "start":
      return [`start ${count(replicas.length, "new replica")} and wait until ready`];
    case "enter":
      return [`send requests to ${they}`];
    case "leave":
      return [`send no more requests to ${named(replicas)}, and let those under way finish`];
    case "stop":
      return [`stop ${they}`];
  }
}

function named(ids: readonly string[]): string {
  const more = ids.length - NAMES_MAX;
  const first = ids.slice(0, more > 0 ? NAMES_MAX : ids.length).join(", ");
  return more > 0 ? `${first} and ${more} more` : first;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
