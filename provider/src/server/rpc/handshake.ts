// Handshake and Attach: the engine says where it listens, and learns what we understand.

import type { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb.js";
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { RunningCall } from "../call.ts";

export function handshake(
  request: protocol.ProviderHandshakeRequest,
  call: RunningCall,
): protocol.ProviderHandshakeResponse {
  call.session.engineLog.attach(request.getEngineAddress());
  const response = new protocol.ProviderHandshakeResponse();
  response.setAcceptSecrets(true);
  response.setAcceptResources(true);
  response.setAcceptOutputs(true);
  response.setSupportsAutonamingConfiguration(true);
  return response;
}

export function attach(request: PluginAttach, call: RunningCall): empty.Empty {
  call.session.engineLog.attach(request.getAddress());
  return new empty.Empty();
}
