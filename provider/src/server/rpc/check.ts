// Check: a resource validates what the program asks for and fills in what it did not say.
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import type { RunningCall } from "../call.ts";
import { decodeStruct } from "../decode.ts";
import { encodeStruct } from "../encode.ts";
import { protectState, redact, resolveOutputsInMap } from "../secrets.ts";

export async function check(
  request: protocol.CheckRequest,
  call: RunningCall,
): Promise<protocol.CheckResponse> {
  const olds = resolveOutputsInMap(decodeStruct(request.getOlds()));
  const news = resolveOutputsInMap(decodeStruct(request.getNews()));
  call.hide(olds, news);
  const resource = await call.resource(request.getUrn(), request.getType());
  const { inputs, failures } = await resource.check(call.context(request.getUrn()), {
    olds,
    news,
    randomSeed: request.getRandomseed_asU8(),
  });
  const response = new protocol.CheckResponse();
  response.setInputs(encodeStruct(protectState(inputs, news)));
  response.setFailuresList(
    failures.map(({ property, reason }) => {
      const failure = new protocol.CheckFailure();
      failure.setProperty(property);
      failure.setReason(redact(reason, call.secrets));
      return failure;
    }),
  );
  return response;
}
