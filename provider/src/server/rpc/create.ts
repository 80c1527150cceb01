// Create: makes the resource, or in preview says what it would be.
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import type { RunningCall } from "../call.ts";
import { decodeStruct } from "../decode.ts";
import { encodeStruct } from "../encode.ts";
import { protectFailure } from "../partial-failure.ts";
import { protectState, resolveOutputsInMap } from "../secrets.ts";

export async function create(
  request: protocol.CreateRequest,
  call: RunningCall,
): Promise<protocol.CreateResponse> {
  const inputs = resolveOutputsInMap(decodeStruct(request.getProperties()));
  call.hide(inputs);
  call.limit(request.getTimeout());
  const resource = await call.resource(request.getUrn(), request.getType());
  const { id, state } = await protectFailure([inputs], () =>
    resource.create(call.context(request.getUrn()), {
      inputs,
      preview: request.getPreview(),
      timeoutSeconds: request.getTimeout(),
    }),
  );
  const response = new protocol.CreateResponse();
  response.setId(id);
  response.setProperties(encodeStruct(protectState(state, inputs)));
  return response;
}
