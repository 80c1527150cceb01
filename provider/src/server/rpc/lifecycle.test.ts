// Check to Delete over a real socket, against made-up resources.
import grpc from "@grpc/grpc-js";
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import { afterEach, describe, expect, it } from "vitest";
import { type CallContext, PartialFailure, type Resource } from "../../resources/resource.ts";
import { Output, type PropertyMap, Secret, Unknown, unwrap } from "../../values.ts";
import { decodeStruct } from "../decode.ts";
import { encodeStruct } from "../encode.ts";
import {
  checkRequest,
  createRequest,
  diffRequest,
  initFailure,
  startProvider,
  thing,
  URN,
} from "../harness.ts";

type Provider = Awaited<ReturnType<typeof startProvider>>;
let provider: Provider | undefined;

async function start(parts: Partial<Resource>): Promise<Provider> {
  provider = await startProvider([thing(parts)]);
  return provider;
}

afterEach(() => {
  provider?.stop();
  provider = undefined;
});

async function failure(promise: Promise<unknown>): Promise<grpc.ServiceError> {
  return promise.then(
    () => Promise.reject(new Error("it did not fail")),
    (error: grpc.ServiceError) => error,
  );
}

describe("Check", () => {
  it("hands over plain values and returns every failure with its path", async () => {
    let seen: PropertyMap = {};
    const { call, client } = await start({
      async check(_context, { news, randomSeed }) {
        seen = { ...news, seed: randomSeed.length };
        return {
          inputs: { ...unwrapped(news), size: 3 },
          failures: [
            { property: "a[0].b", reason: "must be hunter22, no" },
            { property: "c", reason: "is missing" },
          ],
        };
      },
    });
    const request = checkRequest({
      a: new Output("x", true, ["urn"]),
      b: new Output(undefined, false, []),
      password: new Secret("hunter22"),
    });
    request.setRandomseed(new Uint8Array(32));
    const response = await call(client.check, request);
    expect(seen).toStrictEqual({
      a: new Secret("x"),
      b: Unknown.instance,
      password: new Secret("hunter22"),
      seed: 32,
    });
    expect(decodeStruct(response.getInputs())).toStrictEqual({
      a: new Secret("x"),
      b: Unknown.instance,
      password: new Secret("hunter22"),
      size: 3,
    });
    expect(response.getFailuresList().map((item) => item.toObject())).toStrictEqual([
      { property: "a[0].b", reason: "must be [secret], no" },
      { property: "c", reason: "is missing" },
    ]);
  });

  it("names the types there are when asked for another", async () => {
    const { call, client } = await start({});
    const request = checkRequest({});
    request.setUrn("urn:pulumi:dev::project::a:b:Parent$test:index:Other::x");
    const error = await failure(call(client.check, request));
    expect(error.code).toBe(grpc.status.NOT_FOUND);
    expect(error.details).toBe(
      "the unikernel provider 1.2.3 has no resource type test:index:Other; it has test:index:Thing",
    );
  });
});

function unwrapped(map: PropertyMap): PropertyMap {
  return unwrap(map) as PropertyMap;
}

describe("Diff", () => {
  it("says none when nothing changes", async () => {
    const { call, client } = await start({
      diff: async () => ({ changes: {}, stables: ["digest"] }),
    });
    const response = await call(client.diff, diffRequest({ a: 1 }, { a: 1 }));
    expect(response.getChanges()).toBe(protocol.DiffResponse.DiffChanges.DIFF_NONE);
    expect(response.getHasdetaileddiff()).toBe(true);
    expect(response.getStablesList()).toStrictEqual(["digest"]);
    expect(response.getDiffsList()).toStrictEqual([]);
  });

  it("carries kinds, input differences, replacements and what is stable", async () => {
    const { call, client } = await start({
      diff: async () => ({
        changes: {
          "ports[0].host": { kind: "update", inputDiff: true },
          "ports[1]": { kind: "delete-replace", inputDiff: true },
          digest: { kind: "add", inputDiff: false },
        },
        stables: ["digest", "url"],
        deleteBeforeReplace: true,
      }),
    });
    const response = await call(client.diff, diffRequest({}, {}));
    const { Kind } = protocol.PropertyDiff;
    const details = response
      .getDetaileddiffMap()
      .toObject(false, (_include, detail) => [detail.getKind(), detail.getInputdiff()]) as unknown;
    expect(new Map(details as [string, unknown][])).toStrictEqual(
      new Map<string, unknown>([
        ["ports[0].host", [Kind.UPDATE, true]],
        ["ports[1]", [Kind.DELETE_REPLACE, true]],
        ["digest", [Kind.ADD, false]],
      ]),
    );
    expect(response.getChanges()).toBe(protocol.DiffResponse.DiffChanges.DIFF_SOME);
    expect(response.getDiffsList()).toStrictEqual(["ports", "digest"]);
    expect(response.getReplacesList()).toStrictEqual(["ports"]);
    expect(response.getStablesList()).toStrictEqual(["url"]);
    expect(response.getDeletebeforereplace()).toBe(true);
  });

  it("can ask for an update although no property changes", async () => {
    const { call, client } = await start({
      diff: async () => ({ changes: {}, stables: ["digest"], needsUpdate: true }),
    });
    const response = await call(client.diff, diffRequest({ a: 1 }, { a: 1 }));
    expect(response.getChanges()).toBe(protocol.DiffResponse.DiffChanges.DIFF_SOME);
    expect(response.getDiffsList()).toStrictEqual([]);
  });

  it("puts back what ignoreChanges names, computed inputs too", async () => {
    let seen: PropertyMap = {};
    const { call, client } = await start({
      async diff(_context, { news }) {
        seen = news;
        return { changes: {}, stables: [] };
      },
    });
    const olds = { sourceHash: "one", options: { A: 1 } };
    const news = { sourceHash: "two", options: { A: 2, B: 3 } };
    await call(client.diff, diffRequest(olds, news, ["sourceHash", "options.A"]));
    expect(seen).toStrictEqual({ sourceHash: "one", options: { A: 1, B: 3 } });
  });

  it("takes the state for the old inputs when an old engine sends none", async () => {
    let seen: PropertyMap = {};
    const { call, client } = await start({
      async diff(_context, { olds }) {
        seen = olds;
        return { changes: {}, stables: [] };
      },
    });
    const request = diffRequest({}, {}, [], { a: 1 });
    request.clearOldInputs();
    await call(client.diff, request);
    expect(seen).toStrictEqual({ a: 1 });
  });
});

describe("Create", () => {
  it("keeps secrets secret although the resource unwrapped them", async () => {
    const { call, client } = await start({
      create: async (_context, { inputs }) => ({
        id: "thing-1",
        state: { ...unwrapped(inputs), console: "the password is hunter22\n" },
      }),
    });
    const inputs = { env: { PASSWORD: new Secret("hunter22"), NAME: "web" } };
    const response = await call(client.create, createRequest(inputs));
    expect(response.getId()).toBe("thing-1");
    expect(decodeStruct(response.getProperties())).toStrictEqual({
      ...inputs,
      console: new Secret("the password is hunter22\n"),
    });
    expect(JSON.stringify(response.toObject())).toContain("1b47061264138c4ac30d75fd1eb44270");
  });

  it("lets a resource see what is not known, in preview", async () => {
    const { call, client } = await start({
      create: async (_context, { inputs, preview }) => ({
        id: "",
        state: { ...inputs, preview, digest: inputs.hash instanceof Unknown ? inputs.hash : "d" },
      }),
    });
    const response = await call(
      client.create,
      createRequest({ hash: Unknown.instance }, { preview: true }),
    );
    expect(decodeStruct(response.getProperties())).toStrictEqual({
      hash: Unknown.instance,
      preview: true,
      digest: Unknown.instance,
    });
  });

  it("reports something half made with its id and its state", async () => {
    const { call, client } = await start({
      async create(_context, { inputs }) {
        throw new PartialFailure("hunter22 was not healthy", "thing-9", unwrapped(inputs));
      },
    });
    const error = await failure(
      call(client.create, createRequest({ password: new Secret("hunter22"), size: 1 })),
    );
    expect(error.code).toBe(grpc.status.UNKNOWN);
    const details = initFailure(error);
    expect(details.getId()).toBe("thing-9");
    expect(details.getReasonsList()).toStrictEqual(["[secret] was not healthy"]);
    expect(decodeStruct(details.getProperties())).toStrictEqual({
      password: new Secret("hunter22"),
      size: 1,
    });
  });

  it("fails with a sentence, its causes and no stack", async () => {
    const { call, client } = await start({
      async create() {
        throw new Error("cannot start", { cause: new Error("no qemu") });
      },
    });
    const error = await failure(call(client.create, createRequest({})));
    expect(error.code).toBe(grpc.status.FAILED_PRECONDITION);
    expect(error.details).toBe("cannot start: no qemu");
  });

  it("says that a mistake of ours is one", async () => {
    const { call, client } = await start({
      async create() {
        return (undefined as unknown as { x: () => never }).x();
      },
    });
    const error = await failure(call(client.create, createRequest({})));
    expect(error.code).toBe(grpc.status.INTERNAL);
    expect(error.details).toMatch(/Cannot read properties.*a mistake in the unikernel provider/);
    expect(error.details).not.toContain("at ");
  });

  it("gives up after the user's limit", async () => {
    const { call, client } = await start({ create: (context) => untilAborted(context) });
    const request = createRequest({});
    request.setTimeout(0.05);
    const error = await failure(call(client.create, request));
    expect(error.code).toBe(grpc.status.CANCELLED);
    expect(error.details).toBe("gave up after 0.05 s, the limit set by customTimeouts");
  });
});

function untilAborted(context: CallContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    context.signal.addEventListener("abort", () => reject(context.signal.reason));
  });
}

describe("Update", () => {
  it("hands over old inputs, state and new inputs, and keeps secrets", async () => {
    let seen: unknown;
    const { call, client } = await start({
      async update(_context, request) {
        seen = request;
        return unwrapped(request.news);
      },
    });
    const request = new protocol.UpdateRequest();
    request.setUrn(URN);
    request.setId("thing-1");
    request.setOldInputs(encodeStruct({ hash: "old" }));
    request.setOlds(encodeStruct({ hash: "old", url: "u" }));
    request.setNews(encodeStruct({ hash: "new", password: new Secret("hunter22") }));
    request.setIgnorechangesList(["hash"]);
    request.setPreview(true);
    request.setTimeout(30);
    const response = await call(client.update, request);
    expect(seen).toStrictEqual({
      id: "thing-1",
      olds: { hash: "old" },
      state: { hash: "old", url: "u" },
      news: { hash: "old", password: new Secret("hunter22") },
      preview: true,
      timeoutSeconds: 30,
    });
    expect(decodeStruct(response.getProperties())).toStrictEqual({
      hash: "old",
      password: new Secret("hunter22"),
    });
  });
});

describe("Read", () => {
  function readRequest(inputs: PropertyMap, state: PropertyMap) {
    const request = new protocol.ReadRequest();
    request.setUrn(URN);
    request.setId("thing-1");
    request.setInputs(encodeStruct(inputs));
    request.setProperties(encodeStruct(state));
    return request;
  }

  it("returns inputs and state with the secrets they had", async () => {
    const { call, client } = await start({
      read: async (_context, { inputs, state }) => ({
        inputs: unwrapped(inputs),
        state: { ...unwrapped(state), running: true },
      }),
    });
    const inputs = { password: new Secret("hunter22") };
    const state = { ...inputs, token: new Secret("made by the thing") };
    const response = await call(client.read, readRequest(inputs, state));
    expect(response.getId()).toBe("thing-1");
    expect(decodeStruct(response.getInputs())).toStrictEqual(inputs);
    expect(decodeStruct(response.getProperties())).toStrictEqual({ ...state, running: true });
  });

  it("answers without an id when there is nothing", async () => {
    const { call, client } = await start({ read: async () => null });
    const response = await call(client.read, readRequest({}, {}));
    expect(response.getId()).toBe("");
    expect(response.hasProperties()).toBe(false);
  });
});

describe("Delete", () => {
  it("hands over the state", async () => {
    let seen: unknown;
    const { call, client } = await start({
      async delete(_context, request) {
        seen = request;
      },
    });
    const request = new protocol.DeleteRequest();
    request.setUrn(URN);
    request.setId("thing-1");
    request.setProperties(encodeStruct({ url: "u" }));
    await call(client.delete, request);
    expect(seen).toStrictEqual({ id: "thing-1", state: { url: "u" }, timeoutSeconds: 0 });
  });
});
