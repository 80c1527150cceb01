// GetPluginInfo: the provider's version.
import protocol from "@pulumi/pulumi/proto/plugin_pb.js";
import type empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { RunningCall } from "../call.ts";

export function getPluginInfo(_request: empty.Empty, call: RunningCall): protocol.PluginInfo {
  const info = new protocol.PluginInfo();
  info.setVersion(call.session.version);
  return info;
}
