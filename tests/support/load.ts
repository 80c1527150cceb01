// Users: some keep their connections, some close them after each request; every answer is counted.
import { Agent, get } from "node:http";

export interface Tally {
  /** Of answers, e.g. "200 version one". */
  readonly answers: ReadonlyMap<string, number>;
  readonly failed: number;
  /** What went wrong, the first few. */
  readonly failures: readonly string[];
}

export class Load {
  readonly #answers = new Map<string, number>();
  readonly #failures: string[] = [];
  readonly #latenciesMs: number[] = [];
  readonly #done: Promise<unknown>;
  #stopped = false;

  /** `pauseMs`: between an answer and the next request of one user. */
  constructor(url: string, options: { readonly users: number; readonly pauseMs: number }) {
    const users = Array.from({ length: options.users }, (_, index) =>
      this.#user(url, index % 2 === 0, options.pauseMs),
    );
    this.#done = Promise.all(users);
  }

  /** Of the requests since this was asked last. */
  takeLatencies(): number[] {
    return this.#latenciesMs.splice(0);
  }

  async stop(): Promise<Tally> {
    this.#stopped = true;
    await this.#done;
    return {
      answers: this.#answers,
      failed: this.#failures.length,
      failures: this.#failures.slice(0, 10),
    };
  }

  async #user(url: string, keepAlive: boolean, pauseMs: number): Promise<void> {
    const agent = new Agent({ keepAlive, maxSockets: 1 });
    while (!this.#stopped) {
      const start = performance.now();
      const answer = await request(url, agent).catch((error: Error) => `failed: ${error.message}`);
      this.#latenciesMs.push(performance.now() - start);
      this.#answers.set(answer, (this.#answers.get(answer) ?? 0) + 1);
      if (!answer.startsWith("200 ")) {
        this.#failures.push(`${keepAlive ? "keep-alive" : "close"}: ${answer}`);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    agent.destroy();
  }
}

function request(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = get(url, { agent, timeout: 20_000 }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("error", reject);
      response.on("end", () => resolve(`${response.statusCode} ${body.trim()}`));
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer within 20 s")));
    sent.on("error", reject);
  });
}
