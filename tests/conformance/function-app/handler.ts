// The handler of function.test.ts: runs a check by its name, and shows how requests arrive and
// answers leave.
import { checks } from "./checks.ts";
import hono from "./hono.ts";
import itty from "./itty.ts";

async function fail(): Promise<Response> {
  throw new RangeError("failed as it was asked to");
}

/** What another server answers, in our words. */
async function fetchThere(url: string, request: Request): Promise<Response> {
  const limit = request.headers.get("x-limit-ms");
  try {
    const answer = await fetch(url, {
      method: request.method,
      headers: { "x-question": "why" },
      ...(request.method === "POST" ? { body: await request.text() } : {}),
      ...(limit ? { signal: AbortSignal.timeout(Number(limit)) } : {}),
    });
    const { status, statusText, ok, redirected } = answer;
    const header = answer.headers.get("x-answer");
    return Response.json({ status, statusText, ok, redirected, header, text: await answer.text() });
  } catch (error) {
    return Response.json({ name: (error as Error).name, message: (error as Error).message });
  }
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const [, kind = "", name = ""] = pathname.split("/");
    if (kind === "check") return Response.json((await checks[name]?.()) ?? null);
    if (kind === "hono") return hono.fetch(request);
    if (kind === "itty") return itty.fetch(request);
    if (kind === "fetch") return fetchThere(searchParams.get("url") ?? "", request);
    if (kind === "fail") return fail();
    if (kind === "nothing") return undefined as unknown as Response;
    if (kind === "wait") {
      await wait(Number(name));
      return new Response(`waited ${name}`);
    }
    if (kind === "status") return new Response(null, { status: Number(name) });
    if (kind === "large") return new Response("x".repeat(Number(name)));
    if (kind === "many-headers") {
      return new Response("", { headers: { "x-long": "y".repeat(Number(name)) } });
    }
    if (kind === "reject") {
      void Promise.reject(new TypeError("nobody waits for this"));
      return new Response("rejected");
    }
    const headers = new Headers({ "x-answer": "yes", "content-length": "999" });
    headers.append("set-cookie", "a=1");
    headers.append("set-cookie", "b=2");
    const seen = {
      method: request.method,
      url: request.url,
      query: searchParams.get("q"),
      header: request.headers.get("x-question"),
      body: await request.text(),
      environment: process.env.WORD ?? null,
    };
    return Response.json(seen, { headers });
  },
};
