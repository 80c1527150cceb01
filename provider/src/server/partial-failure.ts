// A failure that leaves something behind carries a state, which must keep secrets like any other.
import { PartialFailure } from "../resources/resource.ts";
import type { PropertyMap } from "../values.ts";
import { protectState } from "./secrets.ts";

export async function protectFailure<Result>(
  sources: readonly PropertyMap[],
  action: () => Promise<Result>,
): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof PartialFailure)) throw error;
    const state = protectState(error.state, ...sources);
    const safe = new PartialFailure(error.message, error.id, state);
    safe.cause = error.cause;
    if (error.stack !== undefined) safe.stack = error.stack;
    throw safe;
  }
}
