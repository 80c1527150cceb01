// GetSchema: the package schema, from which Pulumi makes SDKs and documentation.
import grpc from "@grpc/grpc-js";
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import type { RunningCall } from "../call.ts";
import { RpcError } from "../errors.ts";
import { packageSchema } from "../schema.ts";

export async function getSchema(
  request: protocol.GetSchemaRequest,
  call: RunningCall,
): Promise<protocol.GetSchemaResponse> {
  if (request.getVersion() !== 0) {
    throw new RpcError(
      grpc.status.INVALID_ARGUMENT,
      `schema format ${request.getVersion()} is not supported; ask for format 0`,
    );
  }
  const { version, description, providerSettings } = call.session;
  const resources = await call.session.resources();
  const response = new protocol.GetSchemaResponse();
  response.setSchema(
    JSON.stringify(
      packageSchema(
        { version, description, settings: providerSettings.schema },
        resources.values(),
      ),
    ),
  );
  return response;
}
