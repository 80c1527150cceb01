// Update: changes the resource in place, or in preview says what it would become.
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import type { RunningCall } from "../call.ts";
import { decodeStruct } from "../decode.ts";
import { encodeStruct } from "../encode.ts";
import { protectFailure } from "../partial-failure.ts";
import { ignoreChanges } from "../property-path.ts";
import { protectState, resolveOutputsInMap } from "../secrets.ts";

export async function update(
  request: protocol.UpdateRequest,
  call: RunningCall,
): Promise<protocol.UpdateResponse> {
  const state = resolveOutputsInMap(decodeStruct(request.getOlds()));
  const olds = request.hasOldInputs()
    ? resolveOutputsInMap(decodeStruct(request.getOldInputs()))
    : state;
  const checked = resolveOutputsInMap(decodeStruct(request.getNews()));
  const news = ignoreChanges(olds, checked, request.getIgnorechangesList());
  call.hide(olds, state, news);
  call.limit(request.getTimeout());
  const resource = await call.resource(request.getUrn(), request.getType());
  const updated = await protectFailure([news], () =>
    resource.update(call.context(request.getUrn()), {
      id: request.getId(),
      olds,
      state,
      news,
      preview: request.getPreview(),
      timeoutSeconds: request.getTimeout(),
    }),
  );
  const response = new protocol.UpdateResponse();
  response.setProperties(encodeStruct(protectState(updated, news)));
  return response;
}
