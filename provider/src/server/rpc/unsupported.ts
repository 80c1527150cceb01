// What this provider does not offer: each call is refused with a sentence, or answered by "none".
import grpc from "@grpc/grpc-js";
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import { RpcError } from "../errors.ts";

function unimplemented(message: string): RpcError {
  return new RpcError(grpc.status.UNIMPLEMENTED, message);
}

export function invoke(request: protocol.InvokeRequest): never {
  throw new RpcError(
    grpc.status.NOT_FOUND,
    `the unikernel provider has no function ${request.getTok()}; it offers resources only`,
  );
}

export function call(request: protocol.CallRequest): never {
  throw unimplemented(`the unikernel provider has no method ${request.getTok()}`);
}

export function construct(request: protocol.ConstructRequest): never {
  throw unimplemented(`the unikernel provider has no component ${request.getType()}`);
}

export function parameterize(): never {
  throw unimplemented("the unikernel provider takes no parameters; use it without them");
}

/** `List` answers with a stream, which ends at once with the refusal. */
export const list: grpc.handleServerStreamingCall<protocol.ListRequest, protocol.ListResponse> = (
  stream,
) => {
  stream.emit("error", {
    code: grpc.status.UNIMPLEMENTED,
    details: `the unikernel provider cannot list resources of type ${stream.request.getToken()}`,
  });
};

export function getMapping(): protocol.GetMappingResponse {
  return new protocol.GetMappingResponse();
}

export function getMappings(): protocol.GetMappingsResponse {
  return new protocol.GetMappingsResponse();
}
