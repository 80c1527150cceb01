// Read: how the resource really is, for refresh, for import by id and for `Resource.get`.
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import type { RunningCall } from "../call.ts";
import { decodeStruct } from "../decode.ts";
import { encodeStruct } from "../encode.ts";
import { protectFailure } from "../partial-failure.ts";
import { protectState, resolveOutputsInMap } from "../secrets.ts";

export async function read(
  request: protocol.ReadRequest,
  call: RunningCall,
): Promise<protocol.ReadResponse> {
  const inputs = resolveOutputsInMap(decodeStruct(request.getInputs()));
  const state = resolveOutputsInMap(decodeStruct(request.getProperties()));
  call.hide(inputs, state);
  call.limit(request.getTimeout());
  const resource = await call.resource(request.getUrn(), request.getType());
  const found = await protectFailure([inputs, state], () =>
    resource.read(call.context(request.getUrn()), { id: request.getId(), inputs, state }),
  );
  const response = new protocol.ReadResponse();
  // No id means: it does not exist.
  if (found === null) return response;
  response.setId(request.getId());
  response.setInputs(encodeStruct(protectState(found.inputs, inputs)));
  response.setProperties(encodeStruct(protectState(found.state, inputs, state)));
  return response;
}
