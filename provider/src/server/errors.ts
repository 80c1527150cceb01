// From what a resource throws to what the engine shows: one sentence for a person, a gRPC code,
// and for something half made the details by which the engine records it.
import grpc from "@grpc/grpc-js";
import providerProtocol from "@pulumi/pulumi/proto/provider_pb.js";
import statusProtocol from "@pulumi/pulumi/proto/status_pb.js";
import anyProtocol from "google-protobuf/google/protobuf/any_pb.js";
import { PartialFailure } from "../resources/resource.ts";
import { encodeStruct } from "./encode.ts";
import { redact } from "./secrets.ts";

/** A refusal with a gRPC code of its own. */
export class RpcError extends Error {
  readonly code: grpc.status;
  constructor(code: grpc.status, message: string) {
    super(message);
    this.name = "RpcError";
    this.code = code;
  }
}

/** An error with all its causes, without stacks. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = error.message === "" ? error.name : error.message;
  if (error.cause === undefined) return message;
  const cause = describeError(error.cause);
  return message.includes(cause) ? message : `${message}: ${cause}`;
}

/** These are thrown by mistakes in the program, never to tell a user something. */
function isBug(error: unknown): boolean {
  // What `fetch` throws when a host cannot be reached.
  if (error instanceof TypeError && error.message === "fetch failed") return false;
  return (
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError ||
    error instanceof SyntaxError ||
    !(error instanceof Error)
  );
}

export function toStatus(
  error: unknown,
  secrets: ReadonlySet<string>,
  signal: AbortSignal,
): Partial<grpc.StatusObject> {
  if (error instanceof PartialFailure) return partialFailureStatus(error, secrets);
  const message = redact(describeError(error), secrets);
  if (error instanceof RpcError) return { code: error.code, details: message };
  if (signal.aborted) {
    const reason = redact(describeError(signal.reason), secrets);
    return {
      code: grpc.status.CANCELLED,
      details: message.includes(reason) || isAbort(error) ? reason : `${reason}: ${message}`,
    };
  }
  if (isBug(error)) {
    return {
      code: grpc.status.INTERNAL,
      details: `${message} (a mistake in the unikernel provider; with --debug Pulumi shows where)`,
    };
  }
  // Not UNKNOWN: with that the engine believes that the resource may exist.
  return { code: grpc.status.FAILED_PRECONDITION, details: message };
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** What gRPC calls rich errors: a google.rpc.Status in a binary trailer. */
function partialFailureStatus(
  error: PartialFailure,
  secrets: ReadonlySet<string>,
): Partial<grpc.StatusObject> {
  const message = redact(describeError(error), secrets);
  const failure = new providerProtocol.ErrorResourceInitFailed();
  failure.setId(error.id);
  failure.setProperties(encodeStruct(error.state));
  failure.setReasonsList([message]);
  const detail = new anyProtocol.Any();
  detail.pack(failure.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusProtocol.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(detail);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}
