// Cancel: the user interrupts. Every running call is aborted; a compiler stops within a second.
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { RunningCall } from "../call.ts";

export function cancel(_request: empty.Empty, call: RunningCall): empty.Empty {
  call.session.abortAll("the operation was cancelled");
  return new empty.Empty();
}
