// Google Cloud Storage as far as it can be had here: fake-gcs-server, and in front of it a proxy
// that counts what is asked for, disturbs it, and does what the server does not: it tells how much
// of an upload has arrived, and removes an object only of the generation that is named.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { poll } from "../../provider/src/guests/wait.ts";
import { cloudStorageProgram } from "../../scripts/steps/cloud-storage.ts";
import { freePort } from "../support/free-port.ts";

const START_TIMEOUT_MS = 60_000;
const TOKEN = "Bearer a-very-secret-token";
/** What google's credentials say in tests. */
export const googleToken = TOKEN.slice("Bearer ".length);

/** Why there is none, or null. */
export const whyNoGoogle = existsSync(cloudStorageProgram)
  ? null
  : "fake-gcs-server is missing: the set-up of the tests builds it where Go modules can be had";

export interface GoogleCall {
  /** "begin", "put", "ask", "describe", "list", "remove" or "other". */
  readonly action: string;
  readonly bodyBytes: number;
  readonly headerBytes: number;
}

export type GoogleDisturbance = (
  call: GoogleCall,
) => "pass" | "throttle" | "fail" | "cut" | "lose-answer" | "damage" | "hang";

interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

export class Google implements AsyncDisposable {
  readonly calls: GoogleCall[] = [];
  disturb: GoogleDisturbance = () => "pass";
  #server: ChildProcess | undefined;
  readonly #proxy: Server;
  #port = 0;
  readonly #running = new Set<Promise<void>>();
  /** By upload: how much has arrived, or the last answer. */
  readonly #uploads = new Map<string, number | Answer>();

  private constructor() {
    this.#proxy = createServer((request, response) => {
      const served = this.#serve(request, response);
      this.#running.add(served);
      void served.finally(() => this.#running.delete(served));
    });
  }

  static async start(): Promise<Google> {
    const google = new Google();
    await new Promise<void>((resolve) => google.#proxy.listen(0, "127.0.0.1", resolve));
    google.#port = await freePort();
    google.#server = spawn(
      cloudStorageProgram,
      [
        ...["-backend", "memory", "-scheme", "http", "-host", "127.0.0.1", "-log-level", "error"],
        ...["-port", String(google.#port), "-external-url", google.endpoint],
      ],
      { stdio: "ignore" },
    );
    const isUp = await poll(
      async () => ((await google.makeBucket("probe").catch(() => false)) ? true : undefined),
      { everyMs: 50, timeoutMs: START_TIMEOUT_MS },
    );
    if (!isUp) throw new Error("fake-gcs-server did not start");
    return google;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#proxy.address() as AddressInfo).port}`;
  }

  async makeBucket(name: string): Promise<boolean> {
    const answer = await fetch(`http://127.0.0.1:${this.#port}/storage/v1/b?project=test`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name }),
    });
    return answer.ok;
  }

  /** Waits until what was asked for is done, whoever still waits for an answer. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  /** Past the proxy; null: there is none. */
  async download(bucket: string, name: string): Promise<Buffer | null> {
    const path = `storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`;
    const answer = await fetch(`http://127.0.0.1:${this.#port}/${path}`);
    return answer.ok ? Buffer.from(await answer.arrayBuffer()) : null;
  }

  /** The actions since the last call of this, and how often each. */
  takeCounts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { action } of this.calls.splice(0)) counts[action] = (counts[action] ?? 0) + 1;
    return counts;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const headerBytes = request.rawHeaders.join(": \r").length;
    const call = { action: actionOf(request), bodyBytes: body.length, headerBytes };
    this.calls.push(call);
    const disturbance = this.disturb(call);
    if (disturbance === "cut") return void request.socket.destroy();
    if (disturbance === "hang") return;
    const status = { throttle: 429, fail: 503 }[disturbance as string];
    if (status !== undefined) return void response.writeHead(status).end();
    if (request.headers.authorization !== TOKEN) return void response.writeHead(401).end();
    if (disturbance === "damage") body.fill(0, 0, 1);
    const answer = await this.#answer(request, call.action, body);
    if (disturbance === "lose-answer") return void request.socket.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  async #answer(request: IncomingMessage, action: string, body: Buffer): Promise<Answer> {
    const url = new URL(request.url ?? "", this.endpoint);
    const upload = url.searchParams.get("upload_id") ?? "";
    const progress = this.#uploads.get(upload);
    if (action === "ask") return progressAnswer(progress);
    if (action === "put" && typeof progress === "number") {
      const from = /bytes (\d+)-/.exec(request.headers["content-range"] ?? "")?.[1];
      // The server would take it for what comes next.
      if (Number(from) !== progress) return { status: 400, headers: {}, body: Buffer.alloc(0) };
    }
    const generation = url.searchParams.get("ifGenerationMatch");
    if (action === "remove" && generation !== null) {
      const found = await this.#ask("GET", url.pathname, {}, Buffer.alloc(0));
      const { generation: current } = JSON.parse(found.body.toString());
      if (found.status === 200 && current !== generation) return { ...found, status: 412 };
    }
    const path = `${url.pathname}${url.search}`;
    const answer = await this.#ask(request.method ?? "", path, request.headers, body);
    if (action === "begin") {
      const made = /upload_id=([^&]+)/.exec(String(answer.headers.location))?.[1];
      if (made !== undefined) this.#uploads.set(made, 0);
    }
    if (action === "put") {
      const isPart = answer.status === 308;
      this.#uploads.set(upload, isPart ? Number(progress) + body.length : answer);
    }
    return answer;
  }

  async #ask(
    method: string,
    path: string,
    headers: IncomingMessage["headers"],
    body: Buffer,
  ): Promise<Answer> {
    const range = headers["content-range"];
    const answer = await fetch(`http://127.0.0.1:${this.#port}${path}`, {
      method,
      headers: {
        ...(headers["content-type"] ? { "content-type": headers["content-type"] } : {}),
        ...(range ? { "content-range": range } : {}),
      },
      ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
      redirect: "manual",
    });
    const wanted = ["content-type", "location", "range"];
    const kept = [...answer.headers].filter(([name]) => wanted.includes(name));
    return {
      status: answer.status,
      headers: Object.fromEntries(kept),
      body: Buffer.from(await answer.arrayBuffer()),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#proxy.closeAllConnections();
    this.#proxy.close();
    this.#server?.kill("SIGKILL");
  }
}

function progressAnswer(progress: number | Answer | undefined): Answer {
  if (typeof progress === "object") return progress;
  const body = Buffer.alloc(0);
  if (progress === undefined) return { status: 404, headers: {}, body };
  const headers: OutgoingHttpHeaders = progress === 0 ? {} : { range: `bytes=0-${progress - 1}` };
  return { status: 308, headers, body };
}

function actionOf({ method, url = "", headers }: IncomingMessage): string {
  if (url.startsWith("/upload/")) {
    if (method === "POST") return "begin";
    return String(headers["content-range"]).startsWith("bytes */") ? "ask" : "put";
  }
  if (/\/o\?/.test(url)) return "list";
  if (method === "DELETE") return "remove";
  return /\/o\//.test(url) ? "describe" : "other";
}
