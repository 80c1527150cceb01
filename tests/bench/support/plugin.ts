// The provider as the engine starts it: a fresh process, spoken to over gRPC.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import grpc from "@grpc/grpc-js";
import type { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import service from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import { encodeStruct } from "../../../provider/src/server/encode.ts";
import type { PropertyMap } from "../../../provider/src/values.ts";
import { repository } from "./paths.ts";

type UnaryMethod<Request, Response> = (
  request: Request,
  metadata: grpc.Metadata,
  options: Partial<grpc.CallOptions>,
  done: (error: grpc.ServiceError | null, response: Response) => void,
) => unknown;

export async function startPlugin() {
  const plugin = spawn(join(repository, "provider/bin/pulumi-resource-unikernel"), [], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(createInterface(plugin.stdout), "line");
  const address = `127.0.0.1:${port}`;
  const client: ResourceProviderClient = new service.ResourceProviderClient(
    address,
    grpc.credentials.createInsecure(),
  );
  const call = <Request, Response>(method: UnaryMethod<Request, Response>, request: Request) =>
    new Promise<Response>((resolve, reject) => {
      method.call(client, request, new grpc.Metadata(), {}, (error, response) =>
        error === null ? resolve(response) : reject(error),
      );
    });
  await call(client.configure, new protocol.ConfigureRequest());
  return {
    client,
    call,
    async stop() {
      client.close();
      plugin.kill();
      await once(plugin, "exit");
    },
  };
}

const urn = "urn:pulumi:bench::bench::unikernel:index:Image::image";

export function checkRequest(news: PropertyMap) {
  const request = new protocol.CheckRequest();
  request.setUrn(urn);
  request.setRandomseed(new Uint8Array(32));
  request.setNews(encodeStruct(news));
  return request;
}
export { protocol, urn };
