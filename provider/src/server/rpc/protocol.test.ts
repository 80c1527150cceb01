// The RPCs around the resources: handshake, configuration, schema, cancellation, refusals.
import grpc from "@grpc/grpc-js";
import pluginProtocol from "@pulumi/pulumi/proto/plugin_pb.js";
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../../values.ts";
import { encodeStruct } from "../encode.ts";
import {
  checkRequest,
  createRequest,
  diffRequest,
  startEngine,
  startProvider,
  thing,
  URN,
} from "../harness.ts";

let engine: Awaited<ReturnType<typeof startEngine>>;
let provider: Awaited<ReturnType<typeof startProvider>>;

beforeAll(async () => {
  engine = await startEngine();
  provider = await startProvider([
    thing({
      schema: { description: "A thing.", properties: { size: { type: "integer" } } },
      types: { "test:index:Part": { type: "object", properties: {} } },
      async create(context, { inputs }) {
        context.status("working with hunter22");
        context.log("warning", "hunter22 is weak");
        if (inputs.forever === true) {
          await new Promise<never>((_resolve, reject) => {
            context.signal.addEventListener("abort", () =>
              reject(new DOMException("This operation was aborted", "AbortError")),
            );
          });
        }
        if (inputs.fail === true) throw new Error("hunter22 failed");
        return { id: "1", state: inputs };
      },
    }),
  ]);
});

afterAll(() => {
  provider.stop();
  engine.stop();
});

async function failure(promise: Promise<unknown>): Promise<grpc.ServiceError> {
  return promise.then(
    () => Promise.reject(new Error("it did not fail")),
    (error: grpc.ServiceError) => error,
  );
}

describe("handshake and configuration", () => {
  it("tells the engine what we understand", async () => {
    const request = new protocol.ProviderHandshakeRequest();
    request.setEngineAddress(engine.address);
    const response = await provider.call(provider.client.handshake, request);
    expect(response.toObject()).toMatchObject({
      acceptSecrets: true,
      acceptResources: true,
      acceptOutputs: true,
      supportsAutonamingConfiguration: true,
      acceptsByteString: false,
    });
    const configured = await provider.call(
      provider.client.configure,
      new protocol.ConfigureRequest(),
    );
    expect(configured.toObject()).toStrictEqual({
      acceptsecrets: true,
      supportspreview: true,
      acceptresources: true,
      acceptoutputs: true,
      supportsAutonamingConfiguration: true,
    });
  });

  it("refuses settings that do not exist, but not the engine's own", async () => {
    const request = checkRequest({ version: "1.0.0", hme: "x", __internal: {} });
    const response = await provider.call(provider.client.checkConfig, request);
    expect(response.getFailuresList().map((item) => item.toObject())).toStrictEqual([
      { property: "hme", reason: 'the unikernel provider has no setting named "hme"; remove it' },
    ]);
  });

  it("never replaces the provider", async () => {
    const same = await provider.call(
      provider.client.diffConfig,
      diffRequest({ version: "1.0.0" }, { version: "2.0.0" }),
    );
    expect(same.getChanges()).toBe(protocol.DiffResponse.DiffChanges.DIFF_NONE);
    const other = await provider.call(provider.client.diffConfig, diffRequest({ a: 1 }, { b: 1 }));
    expect(other.getChanges()).toBe(protocol.DiffResponse.DiffChanges.DIFF_SOME);
    expect(other.getDiffsList()).toStrictEqual(["a", "b"]);
    expect(other.getReplacesList()).toStrictEqual([]);
  });

  it("says its version", async () => {
    const info = await provider.call(provider.client.getPluginInfo, new empty.Empty());
    expect(info.getVersion()).toBe("1.2.3");
  });
});

describe("GetSchema", () => {
  it("assembles what the resources say", async () => {
    const response = await provider.call(
      provider.client.getSchema,
      new protocol.GetSchemaRequest(),
    );
    expect(JSON.parse(response.getSchema())).toMatchObject({
      name: "unikernel",
      version: "1.2.3",
      description: "A provider under test.",
      resources: { "test:index:Thing": { description: "A thing." } },
      types: { "test:index:Part": { type: "object" } },
      language: { nodejs: { packageName: "pulumi-unikernel" } },
    });
  });

  it("refuses other formats", async () => {
    const request = new protocol.GetSchemaRequest();
    request.setVersion(7);
    const error = await failure(provider.call(provider.client.getSchema, request));
    expect(error.details).toBe("schema format 7 is not supported; ask for format 0");
  });
});

describe("messages", () => {
  it("reach the engine in order, bound to the resource, without secrets", async () => {
    const attach = new pluginProtocol.PluginAttach();
    attach.setAddress(engine.address);
    await provider.call(provider.client.attach, attach);
    engine.messages.length = 0;
    const inputs = { password: new Secret("hunter22"), fail: true };
    const error = await failure(provider.call(provider.client.create, createRequest(inputs)));
    expect(error.details).toBe("[secret] failed");
    expect(engine.messages.slice(0, 2)).toStrictEqual([
      { urn: URN, severity: 1, message: "working with [secret]", ephemeral: true },
      { urn: URN, severity: 2, message: "[secret] is weak", ephemeral: false },
    ]);
    const debug = engine.messages[2];
    expect(debug).toMatchObject({ severity: 0, ephemeral: false });
    expect(debug?.message).toMatch(/^Error: \[secret\] failed\n +at /);
  });
});

describe("Cancel", () => {
  it("aborts every running call within a second and none that comes later", async () => {
    const running = [1, 2].map(() =>
      failure(provider.call(provider.client.create, createRequest({ forever: true }))),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = performance.now();
    await provider.call(provider.client.cancel, new empty.Empty());
    for (const error of await Promise.all(running)) {
      expect(error.code).toBe(grpc.status.CANCELLED);
      expect(error.details).toBe("the operation was cancelled");
    }
    expect(performance.now() - start).toBeLessThan(1_000);
    const later = await provider.call(provider.client.create, createRequest({}));
    expect(later.getId()).toBe("1");
  });

  it("also happens when the engine hangs up", async () => {
    const call = provider.client.create(createRequest({ forever: true }), () => {});
    await new Promise((resolve) => setTimeout(resolve, 100));
    call.cancel();
    await expect.poll(() => provider.session.runningCount).toBe(0);
  });
});

describe("what there is not", () => {
  it("is refused with a sentence", async () => {
    const { call, client } = provider;
    const invoke = new protocol.InvokeRequest();
    invoke.setTok("unikernel:index:getNothing");
    invoke.setArgs(encodeStruct({}));
    const construct = new protocol.ConstructRequest();
    construct.setType("unikernel:index:Service");
    const method = new protocol.CallRequest();
    method.setTok("unikernel:index:Guest/stop");
    const errors = await Promise.all([
      failure(call(client.invoke, invoke)),
      failure(call(client.construct, construct)),
      failure(call(client.call, method)),
      failure(call(client.parameterize, new protocol.ParameterizeRequest())),
    ]);
    const { NOT_FOUND, UNIMPLEMENTED } = grpc.status;
    expect(errors.map(({ code, details }) => [code, details])).toStrictEqual([
      [
        NOT_FOUND,
        "the unikernel provider has no function unikernel:index:getNothing; it offers resources only",
      ],
      [UNIMPLEMENTED, "the unikernel provider has no component unikernel:index:Service"],
      [UNIMPLEMENTED, "the unikernel provider has no method unikernel:index:Guest/stop"],
      [UNIMPLEMENTED, "the unikernel provider takes no parameters; use it without them"],
    ]);
  });

  it("ends a stream with a sentence too", async () => {
    const request = new protocol.ListRequest();
    request.setToken("unikernel:index:Image");
    const error = await new Promise<grpc.ServiceError>((resolve) => {
      provider.client
        .list(request)
        .on("error", (problem) => resolve(problem as grpc.ServiceError))
        .resume();
    });
    expect([error.code, error.details]).toStrictEqual([
      grpc.status.UNIMPLEMENTED,
      "the unikernel provider cannot list resources of type unikernel:index:Image",
    ]);
  });

  it("is empty for mappings from other tools", async () => {
    const { call, client } = provider;
    const mapping = await call(client.getMapping, new protocol.GetMappingRequest());
    expect(mapping.toObject()).toStrictEqual({ provider: "", data: "" });
    const mappings = await call(client.getMappings, new protocol.GetMappingsRequest());
    expect(mappings.getProvidersList()).toStrictEqual([]);
  });
});
