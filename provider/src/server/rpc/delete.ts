// Delete: removes the resource; succeeds when it is already gone.
import type protocol from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { RunningCall } from "../call.ts";
import { decodeStruct } from "../decode.ts";
import { resolveOutputsInMap } from "../secrets.ts";

export async function deleteResource(
  request: protocol.DeleteRequest,
  call: RunningCall,
): Promise<empty.Empty> {
  const state = resolveOutputsInMap(decodeStruct(request.getProperties()));
  call.hide(state, resolveOutputsInMap(decodeStruct(request.getOldInputs())));
  call.limit(request.getTimeout());
  const resource = await call.resource(request.getUrn(), request.getType());
  await resource.delete(call.context(request.getUrn()), {
    id: request.getId(),
    state,
    timeoutSeconds: request.getTimeout(),
  });
  return new empty.Empty();
}
