// The users of load.ts, in a thread of their own: what else its process does must not slow them.
import { Agent, get } from "node:http";
import { parentPort, workerData } from "node:worker_threads";
import type { LoadOptions, Tally } from "./load.ts";

const { url, users, pauseMs } = workerData as LoadOptions & { readonly url: string };
const answers = new Map<string, number>();
const failures: string[] = [];
const latenciesMs: number[] = [];
let isStopped = false;

async function user(keepAlive: boolean): Promise<void> {
  const agent = new Agent({ keepAlive, maxSockets: 1 });
  while (!isStopped) {
    const start = performance.now();
    const answer = await request(agent).catch((error: Error) => `failed: ${error.message}`);
    latenciesMs.push(performance.now() - start);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
    if (!answer.startsWith("200 ")) {
      failures.push(`${keepAlive ? "keep-alive" : "close"}: ${answer}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  agent.destroy();
}

function request(agent: Agent): Promise<string> {
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

const done = Promise.all(Array.from({ length: users }, (_, index) => user(index % 2 === 0)));

parentPort?.on("message", async (question: "latencies" | "stop") => {
  if (question === "latencies") {
    parentPort?.postMessage(latenciesMs.splice(0));
    return;
  }
  isStopped = true;
  await done;
  const tally: Tally = { answers, failed: failures.length, failures: failures.slice(0, 10) };
  parentPort?.postMessage(tally);
  parentPort?.close();
});
