// Waiting that ends early when somebody cancels.
import { setTimeout as sleep } from "node:timers/promises";

/** Sleeps; throws the signal's reason when it is aborted. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** Asks until the answer is not undefined; undefined when the time is up. */
export async function poll<Answer>(
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  limits: { readonly everyMs: number; readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<Answer | undefined> {
  const deadline = performance.now() + limits.timeoutMs;
  for (;;) {
    limits.signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() >= deadline) return undefined;
    await pause(limits.everyMs, limits.signal);
  }
}
