// Bounded parallelism: at most `size` tasks at a time; after the first failure no new one starts.
import { availableParallelism } from "node:os";

/** Urgent tasks start before all others that wait. */
export type Priority = "urgent" | "normal";

export class Pool {
  readonly #size: number;
  #running = 0;
  #stopped = false;
  readonly #waiting: Record<Priority, (() => void)[]> = { urgent: [], normal: [] };

  constructor(size = availableParallelism()) {
    this.#size = Math.max(1, size);
  }

  async run<Result>(task: () => Promise<Result>, priority: Priority = "normal"): Promise<Result> {
    if (this.#running >= this.#size) {
      await new Promise<void>((resolve) => this.#waiting[priority].push(resolve));
    } else {
      this.#running++;
    }
    try {
      if (this.#stopped) throw new Skipped();
      return await task();
    } catch (error) {
      this.#stopped = true;
      throw error;
    } finally {
      const next = this.#waiting.urgent.shift() ?? this.#waiting.normal.shift();
      if (next) next();
      else this.#running--;
    }
  }

  /** Runs a task for each item and keeps the order; on failure waits for those that run. */
  async map<Item, Result>(
    items: readonly Item[],
    task: (item: Item) => Promise<Result>,
    priority: Priority = "normal",
  ): Promise<Result[]> {
    return allOf(items.map((item) => this.run(() => task(item), priority)));
  }

  /**
   * Waits for pieces of work that use this pool; when one fails, for those that run already.
   * Of several failures the first in the given order is told.
   */
  async together<Results extends readonly unknown[]>(
    ...works: { readonly [Index in keyof Results]: Promise<Results[Index]> }
  ): Promise<Results> {
    const watched = works.map((work) =>
      work.catch((error: unknown) => {
        this.#stopped = true;
        throw error;
      }),
    );
    return (await allOf(watched)) as unknown as Results;
  }
}

/** Waits for all; throws the first failure that is not only the consequence of another one. */
async function allOf<Result>(works: readonly Promise<Result>[]): Promise<Result[]> {
  const settled = await Promise.allSettled(works);
  const failures = settled.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  if (failures.length > 0) throw failures.find((one) => !(one instanceof Skipped)) ?? failures[0];
  return settled.map((one) => (one as PromiseFulfilledResult<Awaited<Result>>).value);
}

/** Stands for a task that was not started because another one had failed. */
class Skipped extends Error {
  constructor() {
    super("not started, because something else had failed");
  }
}
