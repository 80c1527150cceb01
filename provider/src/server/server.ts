// The gRPC server: which function answers which RPC of Pulumi's ResourceProvider service.
import grpc from "@grpc/grpc-js";
import service, { type IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { type RunningCall, unary } from "./call.ts";
import { cancel } from "./rpc/cancel.ts";
import { check } from "./rpc/check.ts";
import { checkConfig, configure, diffConfig } from "./rpc/configuration.ts";
import { create } from "./rpc/create.ts";
import { deleteResource } from "./rpc/delete.ts";
import { diff } from "./rpc/diff.ts";
import { getSchema } from "./rpc/get-schema.ts";
import { attach, handshake } from "./rpc/handshake.ts";
import { getPluginInfo } from "./rpc/plugin-info.ts";
import { read } from "./rpc/read.ts";
import * as unsupported from "./rpc/unsupported.ts";
import { update } from "./rpc/update.ts";
import type { Session } from "./session.ts";

export interface RunningServer {
  readonly port: number;
  /** Aborts what runs and closes the socket. */
  stop(): void;
}

function implementation(session: Session): IResourceProviderServer {
  const answer = <Request, Response>(
    handle: (request: Request, call: RunningCall) => Promise<Response> | Response,
  ) => unary(session, handle);
  return {
    handshake: answer(handshake),
    attach: answer(attach),
    getPluginInfo: answer(getPluginInfo),
    getSchema: answer(getSchema),
    checkConfig: answer(checkConfig),
    diffConfig: answer(diffConfig),
    configure: answer(configure),
    check: answer(check),
    diff: answer(diff),
    create: answer(create),
    read: answer(read),
    update: answer(update),
    delete: answer(deleteResource),
    cancel: answer(cancel),
    invoke: answer(unsupported.invoke),
    call: answer(unsupported.call),
    construct: answer(unsupported.construct),
    parameterize: answer(unsupported.parameterize),
    list: unsupported.list,
    getMapping: answer(unsupported.getMapping),
    getMappings: answer(unsupported.getMappings),
  };
}

/** Listens on a free port of the loopback interface. */
export async function serve(session: Session): Promise<RunningServer> {
  const server = new grpc.Server({
    // States may hold large assets; the engine sets no limit either.
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  server.addService(
    service.ResourceProviderService,
    implementation(session) as unknown as grpc.UntypedServiceImplementation,
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    port,
    stop() {
      session.abortAll("the provider is shutting down");
      session.engineLog.close();
      server.forceShutdown();
    },
  };
}
