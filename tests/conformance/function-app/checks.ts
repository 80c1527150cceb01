// What handlers may use, as small computations whose results Node.js has as well: each returns
// something that JSON can hold.

const text = (bytes: ArrayBuffer | Uint8Array) =>
  [...new Uint8Array(bytes as ArrayBuffer)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
const bytes = (...values: number[]) => Uint8Array.from(values);
const refused = async (work: () => unknown): Promise<unknown> => {
  try {
    return { accepted: await work() };
  } catch (error) {
    return (error as Error).name;
  }
};

const urls = [
  "http://example.com",
  "HTTP://User:Pa%20ss@EXAMPLE.com:80/a/./b/../c/%2e%2E/d?x=1&y='<>#frag \"`",
  "https://example.com:8443/ä?ö#ü",
  "http://192.168.0.1.:80/",
  "http://0x7f.1/",
  "http://256.1.1.1/",
  "http://1.2.3.4.5/",
  "http://[2001:db8::1:0:0:1]:8080/",
  "http://[::ffff:1.2.3.4]/",
  "http://[1::2::3]/",
  "http://a b/",
  "http://a%41b/",
  "http://ex%23ample/",
  "http:/x/y",
  "http:x",
  "http://",
  "http://x:99999/",
  "http://x:/",
  "//host/path",
  "/absolute?q#f",
  "relative/../path",
  "../../..",
  "?only=query",
  "#only",
  "",
  "mailto:someone@example.com?subject=a b",
  "data:text/plain,hello world",
  "javascript:alert(1)",
  "file:///C:/a/../b",
  "file:c|/x",
  "file://host/share",
  "ws://h:80/x",
  "custom://Host/Path/../x?y z",
  "custom:/a//../b",
  "\t http://tab\n.example/ \r",
  "http:\\\\back\\slash",
  "http://user@/",
  "http://u:p@h?q@x",
  "not a url",
  "1http://x",
];

export const checks: Readonly<Record<string, () => unknown>> = {
  url() {
    const fields = (url: URL) => [
      ...[url.href, url.origin, url.protocol, url.username, url.password, url.host, url.hostname],
      ...[url.port, url.pathname, url.search, url.hash, JSON.stringify(url)],
    ];
    const one = (given: string, base?: string) =>
      URL.canParse(given, base) ? fields(new URL(given, base)) : null;
    const bases = [
      undefined,
      "http://base.example/dir/file?bq#bf",
      "file:///D:/dir/file",
      "custom:opaque",
    ];
    return urls.flatMap((url) => bases.map((base) => [url, base, one(url, base)]));
  },

  urlChanges() {
    const url = new URL("http://user@example.com:8080/a?b#c");
    const steps: (() => unknown)[] = [
      () => (url.pathname = "x y/../z?"),
      () => (url.search = "q=1 2&ä"),
      () => (url.hash = "h h"),
      () => (url.port = "80"),
      () => (url.port = "81x"),
      () => (url.protocol = "https"),
      () => (url.protocol = "mailto"),
      () => (url.host = "other.example:9"),
      () => (url.hostname = "third"),
      () => (url.hostname = "a b"),
      () => (url.username = "ü:"),
      () => (url.password = "p@"),
      () => url.searchParams.append("new", "a&b"),
      () => url.searchParams.delete("q"),
      () => (url.search = ""),
      () => url.searchParams.set("only", "1"),
      () => (url.href = "http://fresh/?a=1"),
      () => url.searchParams.sort(),
    ];
    return steps.map((step) => {
      step();
      return [url.href, [...url.searchParams]];
    });
  },

  searchParams() {
    const parameters = new URLSearchParams("?a=1&b=2&a=3&&c&=d&e=%zz&f=%C3%A4+%20&g=%ff");
    const before = [[...parameters], `${parameters}`, parameters.getAll("a"), parameters.get("x")];
    parameters.set("a", "ä &=+~*!'()");
    parameters.append("z", "\ud800");
    parameters.delete("c", "no");
    parameters.sort();
    return [
      ...before,
      `${parameters}`,
      parameters.size,
      parameters.has("b", "2"),
      `${new URLSearchParams({ x: "1", y: "2" })}`,
      `${new URLSearchParams([["p", "q"]])}`,
    ];
  },

  headers() {
    const headers = new Headers([
      ["X-Two", " a "],
      ["x-two", "b"],
      ["Set-Cookie", "c=1"],
      ["set-cookie", "d=2"],
    ]);
    headers.append("Accept", "text/html");
    headers.delete("missing");
    return [
      [...headers],
      headers.get("x-TWO"),
      headers.get("none"),
      headers.getSetCookie(),
      headers.has("accept"),
      [...new Headers({ b: "1", a: "2" }).keys()],
      new Headers(headers).get("x-two"),
    ];
  },

  async headersRefused() {
    return [
      await refused(() => new Headers([["bad name", "x"]]).get("x")),
      await refused(() => new Headers({ ok: "a\r\nb" }).get("ok")),
      await refused(() => new Headers([["one"]] as unknown as [string, string][]).get("x")),
      await refused(() => new Headers().set("", "x")),
      await refused(() => new Headers({ x: "\u0100" }).get("x")),
    ];
  },

  async request() {
    const request = new Request("http://x/y?z", {
      method: "post",
      body: "text ü",
      headers: { "X-A": "1" },
    });
    const copy = request.clone();
    const changed = new Request(request, { method: "PUT", body: "other" });
    return [
      [request.method, request.url, [...request.headers], request.bodyUsed, request.redirect],
      [await copy.text(), copy.bodyUsed],
      [changed.method, await changed.text(), [...changed.headers]],
      [await refused(() => new Request("http://x", { body: "b" }))],
      [await refused(() => new Request("/relative"))],
      [await refused(() => new Request("http://x", { method: "a b" }))],
      [new Request("http://x", { method: "delete" }).method],
    ];
  },

  async response() {
    const json = Response.json({ a: [1] }, { status: 201 });
    const redirect = Response.redirect("http://x/y", 307);
    return [
      [json.status, json.ok, [...json.headers], await json.text()],
      [redirect.status, redirect.headers.get("location"), redirect.body],
      [Response.error().type, Response.error().status === 0 || Response.error().status === 200],
      [new Response().body, await new Response(null, { status: 204 }).text()],
      [[...new Response("x").headers], [...new Response(new URLSearchParams("a=b")).headers]],
      [[...new Response(bytes(1)).headers], text(await new Response(bytes(1, 2)).arrayBuffer())],
      [await refused(() => new Response("x", { status: 204 }))],
      [await refused(() => new Response("x", { status: 99 }))],
      [await refused(() => Response.redirect("http://x", 200 as 301))],
      [await new Response('{"x":1}').json(), await refused(() => new Response("{").json())],
    ];
  },

  async bodies() {
    const response = new Response("once");
    const first = await response.text();
    const again = await refused(() => response.text());
    const original = new Response("shared");
    const copy = original.clone();
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("a"));
        controller.enqueue(new TextEncoder().encode("ä"));
        controller.close();
      },
    });
    const parts: string[] = [];
    const body = new Response("streamed").body as unknown as AsyncIterable<Uint8Array>;
    for await (const part of body) parts.push(new TextDecoder().decode(part));
    return [
      first,
      again,
      await original.text(),
      await copy.text(),
      await new Response(stream).text(),
      parts.join(""),
    ];
  },

  async forms() {
    const form = new FormData();
    form.append("a", "1");
    form.append("a", "zwei ü");
    form.append("file", new Blob(["content"], { type: "text/x" }), "name.txt");
    const sent = new Request("http://x", { method: "POST", body: form });
    const got = await sent.formData();
    const file = got.get("file") as File;
    const plain = await new Response(new URLSearchParams({ x: "y z" })).formData();
    return [
      got.getAll("a"),
      [file.name, file.type, file.size, await file.text()],
      [...plain],
      got.get("none"),
      await refused(() => new Response("x").formData()),
    ];
  },

  async blobs() {
    const blob = new Blob(["a", bytes(98), new Blob(["c"])], { type: "Text/Plain" });
    return [
      blob.size,
      blob.type,
      await blob.text(),
      await blob.slice(1, 2, "x").text(),
      await new Response(blob).text(),
    ];
  },

  encoding() {
    const decoder = new TextDecoder();
    const malformed = [
      [0xc0, 0x80],
      [0xe2, 0x82],
      [0xe2, 0x28, 0xa1],
      [0xf0, 0x9f, 0x98],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xff, 0x41],
      [0xef, 0xbb, 0xbf, 0x41],
    ];
    const stream = new TextDecoder();
    const split = [...new TextEncoder().encode("aä€😀")].map((byte) =>
      stream.decode(bytes(byte), { stream: true }),
    );
    const into = new Uint8Array(5);
    return [
      text(new TextEncoder().encode("aä€😀\ud800")),
      malformed.map((one) => decoder.decode(bytes(...one))),
      [...split, stream.decode()],
      [new TextEncoder().encodeInto("a€😀", into), text(into)],
      new TextDecoder("utf-16le").decode(bytes(0x41, 0, 0x3d, 0xd8, 0x00, 0xde)),
      new TextDecoder("latin1").decode(bytes(0x41, 0xe4, 0x80)),
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes(0xef, 0xbb, 0xbf, 0x41)),
    ];
  },

  async encodingRefused() {
    return [
      await refused(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes(0xff))),
      await refused(() => new TextDecoder("klingon").encoding),
    ];
  },

  async base64() {
    return [
      btoa("hello"),
      btoa("a"),
      btoa(""),
      btoa("\xff\xfe"),
      atob("aGVsbG8="),
      atob(" aGVs bG8 "),
      await refused(() => atob("a")),
      await refused(() => btoa("€")),
    ];
  },

  async digests() {
    const long = new Uint8Array(1000).map((_, index) => index % 251);
    const lengths = [0, 1, 55, 56, 63, 64, 111, 112, 119, 128, 1000];
    return Promise.all(
      ["SHA-1", "SHA-256", "SHA-384", "SHA-512"].flatMap((name) =>
        lengths.map(async (length) =>
          text(await crypto.subtle.digest(name, long.subarray(0, length))),
        ),
      ),
    );
  },

  async hmac() {
    const results: unknown[] = [];
    for (const hash of ["SHA-1", "SHA-256", "SHA-384", "SHA-512"]) {
      for (const length of [1, 64, 65, 128, 129]) {
        const raw = new Uint8Array(length).fill(7);
        const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash }, true, [
          "sign",
          "verify",
        ]);
        const mac = await crypto.subtle.sign("HMAC", key, bytes(1, 2, 3));
        const isRight = await crypto.subtle.verify("HMAC", key, mac, bytes(1, 2, 3));
        const isWrong = await crypto.subtle.verify("HMAC", key, mac, bytes(1, 2, 4));
        results.push([text(mac), isRight, isWrong, await crypto.subtle.exportKey("jwk", key)]);
      }
    }
    return results;
  },

  random() {
    const values = crypto.getRandomValues(new Uint32Array(8));
    const other = crypto.getRandomValues(new Uint32Array(8));
    return [
      values.length,
      `${values}` === `${other}`,
      /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(crypto.randomUUID()),
    ];
  },

  async clones() {
    const shared = { deep: [1, { two: 2n.toString() }] };
    const value = {
      shared,
      again: shared,
      date: new Date(0),
      map: new Map([["k", new Set([1])]]),
      re: /x/gi,
      bytes: bytes(1, 2),
      error: new RangeError("r"),
    };
    const copy = structuredClone({ ...value, self: undefined as unknown });
    const loop: { self?: unknown } = {};
    loop.self = loop;
    const loopCopy = structuredClone(loop);
    return [
      copy.shared !== shared && copy.shared === copy.again,
      copy.date.toISOString(),
      [...copy.map].map(([key, set]) => [key, [...set]]),
      [copy.re.source, copy.re.flags, text(copy.bytes)],
      [copy.error instanceof RangeError, copy.error.message],
      loopCopy.self === loopCopy,
      await refused(() => structuredClone(() => 1)),
      await refused(() => structuredClone(Symbol("s"))),
    ];
  },

  async timers() {
    const order: string[] = [];
    const done = Promise.withResolvers<void>();
    setTimeout(() => order.push("second"), 10);
    setTimeout((word: string) => order.push(word), 0, "first");
    const cancelled = setTimeout(() => order.push("never"), 5);
    clearTimeout(cancelled);
    let ticks = 0;
    const interval = setInterval(() => {
      ticks++;
      if (ticks < 3) return;
      clearInterval(interval);
      done.resolve();
    }, 2);
    queueMicrotask(() => order.push("microtask"));
    Promise.resolve().then(() => order.push("promise"));
    order.push("now");
    await done.promise;
    await new Promise((resolve) => setTimeout(resolve, 20));
    return [order, ticks];
  },

  async aborts() {
    const controller = new AbortController();
    const seen: string[] = [];
    controller.signal.addEventListener("abort", (event) => seen.push(event.type), { once: true });
    controller.signal.onabort = () => seen.push("on");
    const any = AbortSignal.any([controller.signal]);
    controller.abort();
    controller.abort("again");
    const timeout = AbortSignal.timeout(1);
    await new Promise((resolve) => timeout.addEventListener("abort", resolve));
    return [
      seen.sort(),
      (controller.signal.reason as Error).name,
      [any.aborted, AbortSignal.abort("why").reason],
      (timeout.reason as Error).name,
      await refused(() => controller.signal.throwIfAborted()),
    ];
  },

  async streams() {
    const pulled: number[] = [];
    let count = 0;
    const lazy = new ReadableStream({
      pull(controller) {
        pulled.push(++count);
        if (count > 3) controller.close();
        else controller.enqueue(count);
      },
    });
    const [left, right] = lazy.tee();
    const all = async (stream: ReadableStream) => {
      const chunks: unknown[] = [];
      for await (const chunk of stream as unknown as AsyncIterable<unknown>) chunks.push(chunk);
      return chunks;
    };
    const failing = new ReadableStream({
      start(controller) {
        controller.enqueue(1);
        controller.error(new RangeError("broken"));
      },
    });
    let reason: unknown;
    const cancelled = new ReadableStream({
      cancel(why) {
        reason = why;
      },
    });
    await cancelled.cancel("enough");
    const reader = new ReadableStream().getReader();
    reader.releaseLock();
    return [
      await all(left),
      await all(right),
      pulled,
      await refused(() => all(failing)),
      reason,
      await refused(() => reader.read()),
    ];
  },

  language() {
    const { a, ...rest } = { a: 1, b: 2 };
    class Counter {
      #count = 0;
      static made = 0;
      get next() {
        return ++this.#count;
      }
    }
    const counter = new Counter();
    return [
      rest,
      [counter.next, counter.next],
      Object.groupBy([1, 2, 3], (n) => (n % 2 ? "odd" : "even")),
      [3, 1, 2].toSorted(),
      "añb".normalize("NFD").length,
      /(?<year>\d{4})/u.exec("in 2026")?.groups?.year,
      new DeclaredLater().text,
      2n ** 70n > 0n,
      [..."a😀"].length,
      new Date(Date.UTC(2026, 1, 3)).toISOString(),
    ];
  },
};

/** A class that is used before its place in the file. */
class DeclaredLater {
  readonly text = "declared later";
}
