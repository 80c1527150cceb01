// For tests: a provider with made-up resources on a real socket, a client of it, and an engine that
// remembers what it is told.
import grpc from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type engineProtocol from "@pulumi/pulumi/proto/engine_pb.js";
import service, { type ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import statusProtocol from "@pulumi/pulumi/proto/status_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { Resource } from "../resources/resource.ts";
import type { PropertyMap } from "../values.ts";
import { encodeStruct } from "./encode.ts";
import { serve } from "./server.ts";
import { Session } from "./session.ts";

export interface EngineMessage {
  readonly urn: string;
  readonly severity: number;
  readonly message: string;
  readonly ephemeral: boolean;
}

/** An engine that listens for messages. */
export async function startEngine() {
  const messages: EngineMessage[] = [];
  const server = new grpc.Server();
  server.addService(engineService.EngineService, {
    log(
      call: grpc.ServerUnaryCall<engineProtocol.LogRequest, empty.Empty>,
      answer: grpc.sendUnaryData<empty.Empty>,
    ) {
      messages.push({
        urn: call.request.getUrn(),
        severity: call.request.getSeverity(),
        message: call.request.getMessage(),
        ephemeral: call.request.getEphemeral(),
      });
      answer(null, new empty.Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return { address: `127.0.0.1:${port}`, messages, stop: () => server.forceShutdown() };
}

/** The last overload of a generated client's methods, from which types are inferred. */
type UnaryMethod<Request, Response> = (
  request: Request,
  metadata: grpc.Metadata,
  options: Partial<grpc.CallOptions>,
  callback: (error: grpc.ServiceError | null, response: Response) => void,
) => grpc.ClientUnaryCall;

/** A provider with these resources, and a client connected to it. */
export async function startProvider(resources: readonly Resource[], engineAddress = "") {
  const session = new Session({
    version: "1.2.3",
    description: "A provider under test.",
    engineAddress,
    loadResources: async () => new Map(resources.map((resource) => [resource.token, resource])),
  });
  const server = await serve(session);
  const client: ResourceProviderClient = new service.ResourceProviderClient(
    `127.0.0.1:${server.port}`,
    grpc.credentials.createInsecure(),
  );
  return {
    client,
    session,
    call<Request, Response>(
      method: UnaryMethod<Request, Response>,
      request: Request,
    ): Promise<Response> {
      return new Promise((resolve, reject) => {
        method.call(client, request, new grpc.Metadata(), {}, (error, response) =>
          error === null ? resolve(response) : reject(error),
        );
      });
    },
    stop() {
      client.close();
      server.stop();
    },
  };
}

export const URN = "urn:pulumi:dev::project::test:index:Thing::thing";

/** A resource of type `test:index:Thing` that does nothing, with `parts` put over it. */
export function thing(parts: Partial<Resource> = {}): Resource {
  return {
    token: "test:index:Thing",
    schema: { properties: {} },
    check: async (_context, { news }) => ({ inputs: news, failures: [] }),
    diff: async () => ({ changes: {}, stables: [] }),
    create: async (_context, { inputs }) => ({ id: "thing-1", state: inputs }),
    read: async (_context, { inputs, state }) => ({ inputs, state }),
    update: async (_context, { news }) => news,
    delete: async () => {},
    ...parts,
  };
}

export function createRequest(inputs: PropertyMap, options: { preview?: boolean } = {}) {
  const request = new protocol.CreateRequest();
  request.setUrn(URN);
  request.setProperties(encodeStruct(inputs));
  request.setPreview(options.preview ?? false);
  return request;
}

export function checkRequest(news: PropertyMap, olds: PropertyMap = {}) {
  const request = new protocol.CheckRequest();
  request.setUrn(URN);
  request.setNews(encodeStruct(news));
  request.setOlds(encodeStruct(olds));
  return request;
}

export function diffRequest(
  olds: PropertyMap,
  news: PropertyMap,
  ignored: string[] = [],
  state: PropertyMap = olds,
) {
  const request = new protocol.DiffRequest();
  request.setUrn(URN);
  request.setId("thing-1");
  request.setOldInputs(encodeStruct(olds));
  request.setOlds(encodeStruct(state));
  request.setNews(encodeStruct(news));
  request.setIgnorechangesList(ignored);
  return request;
}

/** The details of a half-made resource that come with an error. */
export function initFailure(error: grpc.ServiceError): protocol.ErrorResourceInitFailed {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  if (!Buffer.isBuffer(bytes)) throw new Error("the error has no details");
  const [detail] = statusProtocol.Status.deserializeBinary(bytes).getDetailsList();
  const failure = detail?.unpack(
    protocol.ErrorResourceInitFailed.deserializeBinary,
    "pulumirpc.ErrorResourceInitFailed",
  );
  if (!failure) throw new Error("the details are not of a half-made resource");
  return failure;
}
