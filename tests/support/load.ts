// Users: some keep their connections, some close them after each request; every answer is counted.
import { once } from "node:events";
import { Worker } from "node:worker_threads";

export interface Tally {
  /** How many there were of each, e.g. of "200 version one". */
  readonly answers: ReadonlyMap<string, number>;
  readonly failed: number;
  /** What went wrong, the first few. */
  readonly failures: readonly string[];
}

export interface LoadOptions {
  readonly users: number;
  /** Between an answer and the next request of one user. */
  readonly pauseMs: number;
}

export class Load {
  readonly #worker: Worker;

  constructor(url: string, options: LoadOptions) {
    const file = new URL("./load-worker.ts", import.meta.url);
    this.#worker = new Worker(file, { workerData: { url, ...options } });
  }

  /** Of the requests since this was asked last. */
  takeLatencies(): Promise<number[]> {
    return this.#ask("latencies");
  }

  stop(): Promise<Tally> {
    return this.#ask("stop");
  }

  async #ask<Answer>(question: string): Promise<Answer> {
    const answered = once(this.#worker, "message");
    this.#worker.postMessage(question);
    const [answer] = await answered;
    return answer as Answer;
  }
}
