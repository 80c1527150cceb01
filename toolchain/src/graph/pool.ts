// Bounded parallelism: at most `size` tasks at a time; the first failure lets no new one start.
import { availableParallelism } from "node:os";

export class Pool {
  readonly #size: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(size = availableParallelism()) {
    this.#size = Math.max(1, size);
  }

  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#size) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  /** Runs a task for each item and keeps the order; on failure waits for those that run. */
  async map<Item, Result>(
    items: readonly Item[],
    task: (item: Item) => Promise<Result>,
  ): Promise<Result[]> {
    let failed = false;
    const settled = await Promise.allSettled(
      items.map((item) =>
        this.run(async () => {
          if (failed) throw new Skipped();
          try {
            return await task(item);
          } catch (error) {
            failed = true;
            throw error;
          }
        }),
      ),
    );
    const failure = settled.find(
      (result) => result.status === "rejected" && !(result.reason instanceof Skipped),
    );
    if (failure?.status === "rejected") throw failure.reason;
    return settled.map((result) => (result as PromiseFulfilledResult<Awaited<Result>>).value);
  }
}

/** Stands for a task that was not started because another one had failed. */
class Skipped extends Error {}
