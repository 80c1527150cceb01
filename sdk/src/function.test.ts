// The component Function with Pulumi's own stand-in for an engine: what becomes of a handler that
// is written in the program, and of what it captures.
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { serializeFunction } from "./captured.ts";
import { Function as HandlerFunction } from "./index.ts";

interface Registered {
  readonly type: string;
  readonly inputs: Record<string, unknown>;
}

const registered: Registered[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource({ type, name, inputs }) {
      registered.push({ type, inputs });
      const outputs = { digest: "sha256:aa", sizeBytes: 7, url: "http://127.0.0.1:8080" };
      return { id: `${name}-1`, state: { ...inputs, ...outputs } };
    },
    call: () => ({}),
  });
});

beforeEach(() => {
  registered.length = 0;
});

/** The value of an output, once all resources are registered. */
function value<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => output.apply((known) => resolve(known as pulumi.Unwrap<T>)));
}

const inputsOf = (type: string) =>
  registered.find((one) => one.type === `unikernel:index:${type}`)?.inputs ?? {};

/** Runs the text as a guest does, with these variables. */
function evaluate(text: string, env: Readonly<Record<string, string>>) {
  const module = { exports: {} as { handler(...values: unknown[]): unknown } };
  const run = new globalThis.Function("exports", "process", "require", text);
  run(module.exports, { env }, () => ({}));
  return module.exports.handler;
}

describe("a handler in the program", () => {
  it("leaves the values of outputs out of its text, secrets and others", async () => {
    const secret = pulumi.secret("open sesame");
    const list = pulumi.output([1, { two: "zwei" }]);
    const plain = "a plain value";
    const { text, environment } = await serializeFunction(() => [
      plain,
      secret.get(),
      list.get(),
      secret.get(),
    ]);
    expect(text).toContain(plain);
    expect(text).not.toMatch(/sesame|zwei/);
    expect(Object.keys(environment)).toEqual(["CAPTURED_OUTPUT_0", "CAPTURED_OUTPUT_1"]);
    const values: Record<string, string> = {};
    for (const [name, output] of Object.entries(environment)) values[name] = await value(output);
    expect(evaluate(text, values)()).toEqual([
      plain,
      "open sesame",
      [1, { two: "zwei" }],
      "open sesame",
    ]);
    const isSecret = Object.values(environment).map((output) => pulumi.isSecret(output));
    expect((await Promise.all(isSecret)).sort()).toEqual([false, true]);
  });

  it("leaves outputs as they are for everybody else, meanwhile and afterwards", async () => {
    const output = pulumi.output("the value");
    const serialized = serializeFunction(() => output.get());
    const meanwhile: string[] = [];
    for (let turn = 0; turn < 20; turn++) {
      meanwhile.push(await value(output));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await serialized;
    expect(new Set([...meanwhile, await value(output)])).toEqual(new Set(["the value"]));
  });

  it("is the same text whatever the values are", async () => {
    const textWith = async (word: string) => {
      const output = pulumi.output(word);
      return (await serializeFunction(() => output.get())).text;
    };
    expect(await textWith("one")).toBe(await textWith("two"));
  });
});

describe("Function", () => {
  it("is an image of the function and a guest with its configuration", async () => {
    const word = pulumi.secret("hidden");
    const made = new HandlerFunction("inline", () => new Response(word.get()), {
      env: { OWN: "1" },
      memory: "64MiB",
      optimize: "size",
    });
    expect(await value(made.url)).toBe("http://127.0.0.1:8080");
    expect(await value(made.digest)).toBe("sha256:aa");
    const image = inputsOf("Image");
    expect(await (image.app as pulumi.asset.StringAsset).text).not.toContain("hidden");
    expect(image).toMatchObject({ optimize: "size" });
    expect(image).not.toHaveProperty("memory");
    expect(inputsOf("Guest")).toMatchObject({
      image: "sha256:aa",
      memory: "64MiB",
      ports: [{ guest: 80 }],
      healthCheck: { tcp: 80 },
    });
    expect(JSON.stringify(inputsOf("Guest").env)).toContain('"CAPTURED_OUTPUT_0":"\\"hidden\\""');
    expect(inputsOf("Guest")).not.toHaveProperty("optimize");
  });

  it("takes a module, and settings of its own", async () => {
    const made = new HandlerFunction("entry", {
      entry: "./api.ts",
      ports: [{ host: 8080, guest: 80 }],
      healthCheck: { http: "/healthz" },
      options: { FUNCTION_BODY_KIB: 64 },
    });
    await value(made.url);
    expect(inputsOf("Image")).toMatchObject({
      app: "./api.ts",
      options: { FUNCTION_BODY_KIB: 64 },
    });
    expect(inputsOf("Guest")).toMatchObject({
      ports: [{ host: 8080, guest: 80 }],
      healthCheck: { http: "/healthz" },
    });
    expect(inputsOf("Guest")).not.toHaveProperty("entry");
  });
});
