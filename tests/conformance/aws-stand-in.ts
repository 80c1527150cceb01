// Amazon as far as it can be had here: moto, and in front of it a proxy that counts what is asked
// for, disturbs it, and does what moto does not: a snapshot is pending until it is completed, asked
// for twice with the same token there is one, and images are found by their snapshot.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { poll } from "../../provider/src/guests/wait.ts";
import { freePort } from "../support/free-port.ts";
import { once, run } from "./kconfig-conf.ts";

const VERSION = "5.2.5";
const START_TIMEOUT_MS = 60_000;

/** Moto's modules, from PyPI; without the extra "server", which brings ten times as much. */
const moto = once(`moto-${VERSION}`, (target) => {
  const pip = run("python3", [
    ...["-m", "pip", "install", "--quiet", "--target", join(target, "packages")],
    ...[`moto[ec2]==${VERSION}`, "flask", "flask-cors"],
  ]);
  return pip.ok ? null : `pip: ${pip.output}`;
});

/** Why there is none, or null. */
export const whyNoAmazon = "missing" in moto ? moto.missing : null;

export interface AmazonCall {
  /** E.g. "PutSnapshotBlock". */
  readonly action: string;
  readonly method: string;
  readonly path: string;
  /** The body of what is not a block. */
  readonly text: string;
  readonly bodyBytes: number;
  readonly headerBytes: number;
}

/** Called for every request before moto sees it; what it returns happens instead. */
export type Disturbance = (
  call: AmazonCall,
) => "pass" | "throttle" | "fail" | "cut" | "lose-answer" | "hang";

export class Amazon implements AsyncDisposable {
  readonly calls: AmazonCall[] = [];
  disturb: Disturbance = () => "pass";
  /** Added to every answer. */
  latencyMs = 0;
  readonly #moto: ChildProcess;
  readonly #proxy: Server;
  readonly #port: number;
  readonly #pending = new Set<string>();
  /** Answers by the token of a StartSnapshot. */
  readonly #started = new Map<string, Answer>();
  readonly #imageOfSnapshot = new Map<string, string>();

  private constructor(process: ChildProcess, port: number) {
    this.#moto = process;
    this.#port = port;
    this.#proxy = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<Amazon> {
    if (!("value" in moto)) throw new Error(moto.missing);
    const port = await freePort();
    const child = spawn("python3", ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], {
      env: { ...process.env, PYTHONPATH: join(moto.value, "packages") },
      stdio: "ignore",
    });
    const amazon = new Amazon(child, port);
    const isUp = await poll(
      async () => ((await fetch(`http://127.0.0.1:${port}/`).catch(() => null)) ? true : undefined),
      { everyMs: 50, timeoutMs: START_TIMEOUT_MS },
    );
    if (!isUp) throw new Error("moto did not start");
    await new Promise<void>((resolve) => amazon.#proxy.listen(0, "127.0.0.1", resolve));
    return amazon;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#proxy.address() as AddressInfo).port}`;
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
    const isBlock = request.method === "PUT";
    const call: AmazonCall = {
      ...{ method: request.method ?? "", path: request.url ?? "" },
      text: isBlock ? "" : body.toString(),
      bodyBytes: body.length,
      headerBytes: request.rawHeaders.join(": \r").length,
      action: actionOf(request.method ?? "", request.url ?? "", isBlock ? "" : body.toString()),
    };
    this.calls.push(call);
    if (this.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
    const disturbance = this.disturb(call);
    if (disturbance === "cut") return void request.socket.destroy();
    if (disturbance === "hang") return;
    if (disturbance === "throttle" || disturbance === "fail") {
      return refuse(response, call.path === "/" ? "ec2" : "ebs", disturbance);
    }
    const known = this.#imagesOf(call) ?? this.#started.get(tokenIn(call));
    const answer = known ?? (await this.#ask(request, body));
    if (call.action === "StartSnapshot") this.#started.set(tokenIn(call), answer);
    this.#learn(call, answer.text);
    if (disturbance === "lose-answer") return void request.socket.destroy();
    const text = answer.text && this.#asPending(call, answer.text);
    response.writeHead(answer.status, answer.headers);
    // Blocks come as if they were text.
    response.end(text === answer.text ? answer.body : text);
  }

  #ask(request: IncomingMessage, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { method, url, headers } = request;
      const options = { port: this.#port, host: "127.0.0.1", method, path: url, headers };
      const asked = httpRequest(options, async (answer) => {
        const parts: Buffer[] = [];
        for await (const part of answer) parts.push(part);
        const whole = Buffer.concat(parts);
        const {
          "content-length": _length,
          "transfer-encoding": _encoding,
          ...rest
        } = answer.headers;
        const isText = /xml|json/.test(answer.headers["content-type"] ?? "");
        resolve({
          status: answer.statusCode ?? 500,
          headers: rest as Record<string, string>,
          body: whole,
          text: isText ? whole.toString() : "",
        });
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }

  #learn({ action, path, text }: AmazonCall, answer: string): void {
    if (action === "StartSnapshot") {
      const id = /"SnapshotId": ?"([^"]+)"/.exec(answer)?.[1];
      if (id) this.#pending.add(id);
    }
    if (action === "CompleteSnapshot") this.#pending.delete(path.split("/").at(-1) ?? "");
    const snapshot = /SnapshotId=(snap-[0-9a-f]+)/.exec(text)?.[1];
    const image = /<imageId>([^<]+)/.exec(answer)?.[1];
    if (action === "RegisterImage" && snapshot && image) this.#imageOfSnapshot.set(snapshot, image);
    if (action === "DeregisterImage") {
      const gone = /ImageId=([^&]+)/.exec(text)?.[1];
      for (const [id, found] of this.#imageOfSnapshot)
        if (found === gone) this.#imageOfSnapshot.delete(id);
    }
  }

  #asPending({ action }: AmazonCall, answer: string): string {
    if (action !== "DescribeSnapshots") return answer;
    return answer.replace(
      /<item>(?:(?!<\/item>\s*<item>\s*<snapshotId>)[\s\S])*?<\/startTime>/g,
      (item) =>
        [...this.#pending].some((id) => item.includes(id))
          ? item.replace("<status>completed</status>", "<status>pending</status>")
          : item,
    );
  }

  #imagesOf({ action, text }: AmazonCall): Answer | undefined {
    if (action !== "DescribeImages" || !text.includes("block-device-mapping.snapshot-id")) return;
    const snapshot = /Filter\.\d+\.Value\.1=(snap-[0-9a-f]+)/.exec(text)?.[1] ?? "";
    const image = this.#imageOfSnapshot.get(snapshot);
    const item = image ? `<item><imageId>${image}</imageId></item>` : "";
    const xml = `<DescribeImagesResponse><imagesSet>${item}</imagesSet></DescribeImagesResponse>`;
    return {
      status: 200,
      headers: { "content-type": "text/xml" },
      body: Buffer.from(xml),
      text: xml,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#proxy.closeAllConnections();
    this.#proxy.close();
    this.#moto.kill("SIGKILL");
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
  /** Empty when it is none. */
  readonly text: string;
}

/** As the two services say that they will not, each in its own format. */
function refuse(response: ServerResponse, service: "ec2" | "ebs", why: "throttle" | "fail"): void {
  const isThrottle = why === "throttle";
  if (service === "ec2") {
    const code = isThrottle ? "RequestLimitExceeded" : "InternalError";
    response.writeHead(isThrottle ? 503 : 500, { "content-type": "text/xml" });
    response.end(`<Response><Errors><Error><Code>${code}</Code></Error></Errors></Response>`);
    return;
  }
  response.writeHead(isThrottle ? 400 : 500, {
    "content-type": "application/json",
    "x-amzn-errortype": isThrottle ? "RequestThrottledException" : "InternalServerException",
  });
  response.end('{"Message":"disturbed"}');
}

/** What makes a request to start a snapshot the same as another; of others something else. */
function tokenIn({ action, text }: AmazonCall): string {
  const token =
    action === "StartSnapshot" ? /"ClientToken": ?"([^"]+)"/.exec(text)?.[1] : undefined;
  return token ?? randomUUID();
}

function actionOf(method: string, path: string, text: string): string {
  if (path.startsWith("/snapshots/completion/")) return "CompleteSnapshot";
  if (/^\/snapshots\/[^/]+\/blocks\/\d/.test(path)) {
    return method === "PUT" ? "PutSnapshotBlock" : "GetSnapshotBlock";
  }
  if (/^\/snapshots\/[^/]+\/blocks/.test(path)) return "ListSnapshotBlocks";
  if (path === "/snapshots") return "StartSnapshot";
  return /Action=(\w+)/.exec(text)?.[1] ?? path;
}
