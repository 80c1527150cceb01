// fetch() over plain HTTP: a connection for each request, answers whole, redirections followed.
import type { BodyInit } from "./body.ts";
import { type Answer, AnswerReader } from "./http-answer.ts";
import { native } from "./native.ts";
import { Request, type RequestInit } from "./request.ts";
import { Response } from "./response.ts";
import { joined } from "./text.ts";
import { URL } from "./url.ts";

const redirectionsMax = 20;
/** fetch() says these itself. */
const framing = new Set(["connection", "content-length", "host", "transfer-encoding", "expect"]);

export async function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const body = request.body === null ? undefined : await request.bytes();
  const headers = [...request.headers];
  let { method } = request;
  let url = new URL(request.url);
  let content = body;
  for (let count = 0; ; count++) {
    const answer = await exchange(url, method, headers, content, request.signal);
    const location = [301, 302, 303, 307, 308].includes(answer.status)
      ? answer.headers.get("location")
      : null;
    if (location === null || request.redirect === "manual") {
      const { status, statusText, headers: found } = answer;
      const sent = { status, statusText, headers: found };
      return Response.fetched(answer.body as BodyInit, sent, url.href, count > 0);
    }
    if (request.redirect === "error") throw new TypeError(`${url.href} redirects`);
    if (count === redirectionsMax) throw new TypeError(`more than ${redirectionsMax} redirections`);
    const isSeeOther = answer.status === 303 && method !== "HEAD";
    if (isSeeOther || (answer.status < 303 && method === "POST")) {
      method = "GET";
      content = undefined;
    }
    const next = new URL(location, url);
    // A secret is for the server that it was given for.
    if (next.origin !== url.origin) remove(headers, "authorization", "cookie");
    url = next;
  }
}

function remove(headers: [string, string][], ...names: readonly string[]): void {
  const rest = headers.filter(([name]) => !names.includes(name));
  headers.splice(0, headers.length, ...rest);
}

function exchange(
  url: URL,
  method: string,
  headers: readonly (readonly [string, string])[],
  body: Uint8Array | undefined,
  signal: Request["signal"],
): Promise<Answer> {
  if (url.protocol !== "http:") {
    throw new TypeError(`fetch: "${url.protocol}" is not there, "http:" is (${url.origin})`);
  }
  const { openSocket, closeSocket } = native;
  if (!openSocket || !closeSocket)
    throw new TypeError("fetch: FUNCTION_FETCH is off in this image");
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const reader = new AnswerReader(method === "HEAD");
  const finish = (work: () => void) => {
    closeSocket(id);
    work();
  };
  const id = openSocket(
    url.hostname,
    Number(url.port || 80),
    message(url, method, headers, body),
    (bytes, error) => {
      try {
        if (error !== undefined) throw new TypeError(`fetch: ${url.origin}: ${error}`);
        const answer = bytes === undefined ? reader.end() : reader.add(new Uint8Array(bytes));
        if (answer) finish(() => resolve(answer));
      } catch (problem) {
        finish(() => reject(problem));
      }
    },
  );
  signal.addEventListener("abort", () => finish(() => reject(signal.reason)), { once: true });
  return promise;
}

function message(
  url: URL,
  method: string,
  headers: readonly (readonly [string, string])[],
  body: Uint8Array | undefined,
): Uint8Array {
  const own = [
    ["host", url.host],
    ["connection", "close"],
    ...(headers.some(([name]) => name === "accept") ? [] : [["accept", "*/*"]]),
    ...(body || method === "POST" || method === "PUT"
      ? [["content-length", `${body?.length ?? 0}`]]
      : []),
  ];
  const sent = [...own, ...headers.filter(([name]) => !framing.has(name))];
  const lines = sent.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines}\r\n`;
  // Header values are bytes, each a character.
  const bytes = Uint8Array.from(head, (character) => character.charCodeAt(0));
  return body ? joined([bytes, body]) : bytes;
}
