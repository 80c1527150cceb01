// A handler in TypeScript in a guest: what it may use gives what Node.js gives, and requests and
// answers go as HTTP says.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildImage, openStore, planImage } from "../../toolchain/src/index.ts";
import { checks } from "./function-app/checks.ts";
import { converse, type NetworkGuest, startNetworkGuest } from "./network-guest.ts";

const BUILD_TIMEOUT_MS = 600_000;
let guest: NetworkGuest;

beforeAll(async () => {
  const plan = await planImage({
    app: fileURLToPath(new URL("function-app/handler.ts", import.meta.url)),
    libraries: [],
    options: {},
    optimize: "speed",
    platform: "kvm",
    architecture: "x86_64",
  });
  const { path } = await buildImage(plan, openStore());
  guest = await startNetworkGuest(path, {
    machine: "microvm,acpi=off",
    device: "virtio-net-device,netdev=n0",
  });
}, BUILD_TIMEOUT_MS);
afterAll(() => guest?.stop());

const ask = (path: string, init?: RequestInit) =>
  fetch(`http://127.0.0.1:${guest.port}${path}`, init);
const head = (path: string, more = "") => `GET ${path} HTTP/1.1\r\nHost: guest\r\n${more}\r\n`;

describe("what handlers may use", () => {
  test.each(Object.keys(checks))("%s", async (name) => {
    const here = JSON.parse(JSON.stringify((await checks[name]?.()) ?? null));
    const there = await ask(`/check/${name}`);
    expect(await there.json()).toEqual(here);
  });
});

describe("requests and answers", () => {
  test("a request arrives with all that it has", async () => {
    const answer = await ask("/echo?q=%C3%A4", {
      method: "POST",
      headers: { "x-question": "why" },
      body: "body ü",
    });
    expect(await answer.json()).toEqual({
      method: "POST",
      url: `http://127.0.0.1:${guest.port}/echo?q=%C3%A4`,
      query: "ä",
      header: "why",
      body: "body ü",
      environment: null,
    });
    expect(answer.headers.get("x-answer")).toBe("yes");
    expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(answer.headers.get("content-type")).toBe("application/json");
  });

  test("HEAD has no body, and says how long it would be", async () => {
    const answer = await ask("/large/1000", { method: "HEAD" });
    expect([await answer.text(), answer.headers.get("content-length")]).toEqual(["", "1000"]);
  });

  test("a large answer arrives whole", async () => {
    expect((await (await ask("/large/500000")).text()).length).toBe(500_000);
  });

  test("answers keep the order of the requests of a connection, whatever they wait for", async () => {
    const { text } = await converse(
      guest.port,
      head("/wait/60") + head("/wait/1") + head("/status/204", "Connection: close\r\n"),
    );
    expect(text.match(/waited \d+|204 No Content/g)).toEqual([
      "waited 60",
      "waited 1",
      "204 No Content",
    ]);
  });

  test("while one waits, others are served", async () => {
    const slow = ask("/wait/400").then(async (answer) => {
      await answer.text();
      return "slow";
    });
    const quick = ask("/wait/1").then(async (answer) => {
      await answer.text();
      return "quick";
    });
    expect(await Promise.race([slow, quick])).toBe("quick");
    expect(await slow).toBe("slow");
  });

  test("a peer that leaves before its answer harms nobody", async () => {
    const controller = new AbortController();
    const left = ask("/wait/100", { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(left).rejects.toThrow();
    expect(await (await ask("/wait/150")).text()).toBe("waited 150");
    expect(guest.running()).toBe(true);
  });
});

describe("frameworks run as they are", () => {
  test("Hono", async () => {
    const hello = await ask("/hono/hello/w%C3%B6rld");
    expect([await hello.text(), hello.headers.get("access-control-allow-origin")]).toEqual([
      "hello wörld",
      "*",
    ]);
    const form = new FormData();
    form.set("field", "value");
    const posted = await ask("/hono/form", { method: "POST", body: form });
    expect(await posted.json()).toEqual({ field: "value" });
    const cookie = await ask("/hono/cookie", { headers: { cookie: "seen=before" } });
    expect([await cookie.text(), cookie.headers.getSetCookie()]).toEqual([
      "before",
      ["seen=yes; Path=/; HttpOnly"],
    ]);
    expect(await (await ask("/hono/token")).json()).toEqual({ parts: 3, user: "me" });
    const broken = await ask("/hono/broken");
    expect([broken.status, await broken.text()]).toEqual([418, "a teapot"]);
    const missing = await ask("/hono/nowhere");
    expect([missing.status, await missing.json()]).toEqual([404, { missing: "/hono/nowhere" }]);
  });

  test("itty-router", async () => {
    expect(await (await ask("/itty/hello/you")).json()).toBe("hello you");
    expect(await (await ask("/itty/items?page=3")).json()).toEqual({ page: 3 });
    const echo = await ask("/itty/echo", { method: "POST", body: '{"a":[1]}' });
    expect(await echo.json()).toEqual({ a: [1] });
    const broken = await ask("/itty/broken");
    expect([broken.status, await broken.json()]).toEqual([418, { status: 418, error: "a teapot" }]);
    expect((await ask("/itty/nowhere")).status).toBe(404);
  });
});

describe("fetch() from a handler", () => {
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const done = (status: number, headers: Record<string, string>, text: string) =>
      response.writeHead(status, headers).end(text);
    if (path === "/length") done(200, { "x-answer": `${request.headers["x-question"]}` }, "short");
    else if (path === "/chunks") {
      response.writeHead(200).write("a".repeat(70_000));
      setTimeout(() => response.end("b"), 20);
    } else if (path === "/redirect") done(302, { location: "/length" }, "");
    else if (path === "/loop") done(302, { location: "/loop" }, "");
    else if (path === "/missing") done(404, {}, "nothing here");
    else if (path === "/broken") {
      response.writeHead(200, { "content-length": "100" }).write("part");
      setTimeout(() => response.destroy(), 20);
    } else if (path === "/echo") {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => done(201, {}, `${request.method} ${Buffer.concat(parts)}`));
    }
  });
  let there: string;
  interface Result {
    readonly name?: string;
    readonly message?: string;
    readonly text?: string;
  }
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // The host, as QEMU's own network shows it.
    there = `http://10.0.2.2:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const through = async (path: string, init?: RequestInit) =>
    (await ask(`/fetch?url=${encodeURIComponent(there + path)}`, init)).json() as Promise<Result>;
  const fine = { status: 200, statusText: "OK", ok: true, redirected: false, header: null };

  test("answers with a length, in chunks, and with errors arrive whole", async () => {
    expect(await through("/length")).toEqual({ ...fine, header: "why", text: "short" });
    expect(await through("/chunks")).toEqual({ ...fine, text: `${"a".repeat(70_000)}b` });
    expect(await through("/missing")).toMatchObject({ status: 404, ok: false });
    expect(await through("/echo", { method: "POST", body: "körper" })).toMatchObject({
      status: 201,
      text: "POST körper",
    });
  });

  test("redirections are followed, not forever", async () => {
    expect(await through("/redirect")).toMatchObject({ redirected: true, text: "short" });
    expect(await through("/loop")).toMatchObject({ message: "more than 20 redirections" });
  });

  test("what goes wrong is an error that says what", async () => {
    expect(await through("/broken")).toEqual({
      name: "TypeError",
      message: "the other server ended before its answer did",
    });
    expect(await through("/silent", { headers: { "x-limit-ms": "50" } })).toMatchObject({
      name: "TimeoutError",
    });
    const https = await ask("/fetch?url=https://10.0.2.2/");
    expect(((await https.json()) as Result).message).toContain('"https:" is not there');
    const refused = await ask(`/fetch?url=${encodeURIComponent("http://10.0.2.2:1/")}`);
    expect(((await refused.json()) as Result).name).toBe("TypeError");
  });

  test("several at a time, and the guest goes on", async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => through("/length")));
    expect(new Set(all.map(({ text }) => text))).toEqual(new Set(["short"]));
    expect(guest.running()).toBe(true);
  });
});

describe("what goes wrong", () => {
  test("an exception answers 500 and is on the console, with its place in TypeScript", async () => {
    const answer = await ask("/fail");
    expect([answer.status, await answer.text()]).toEqual([500, "Internal Server Error"]);
    expect(guest.console()).toMatch(
      /RangeError: failed as it was asked to\r?\n\s+at fail \(handler\.ts:8:\d+\)/,
    );
    expect(guest.console()).not.toMatch(/\(native\)|<null>/);
  });

  test("what is no Response answers 500 and says so", async () => {
    expect((await ask("/nothing")).status).toBe(500);
    expect(guest.console()).toContain("the handler returned undefined, which is no Response");
  });

  test("headers beyond the room for them answer 500 and name the one", async () => {
    expect((await ask("/many-headers/3000")).status).toBe(500);
    expect(guest.console()).toContain('no room for the header "x-long"');
  });

  test("a rejection that nobody handles is on the console, and nothing ends", async () => {
    expect(await (await ask("/reject")).text()).toBe("rejected");
    await ask("/status/200");
    expect(guest.console()).toContain("Uncaught TypeError: nobody waits for this");
  });
});
