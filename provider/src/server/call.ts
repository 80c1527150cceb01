// One running RPC: its signal, the secrets it has seen, and the way in which it is answered.
import type grpc from "@grpc/grpc-js";
import type { CallContext, Resource } from "../resources/resource.ts";
import type { PropertyMap } from "../values.ts";
import { RpcError, toStatus } from "./errors.ts";
import { redact, secretStrings } from "./secrets.ts";
import type { Session } from "./session.ts";

/** grpc.status.NOT_FOUND; the enum itself would load the whole library here. */
const NOT_FOUND = 5;
/** An answer does not wait longer than this for messages that are on their way to the engine. */
const FLUSH_TIMEOUT_MS = 1_000;

export class RunningCall {
  readonly session: Session;
  signal: AbortSignal;
  /** Strings that must not appear in a message. */
  secrets: ReadonlySet<string> = new Set();

  constructor(session: Session, signal: AbortSignal) {
    this.session = session;
    this.signal = signal;
  }

  /** Remembers the secrets of the call's arguments. */
  hide(...maps: readonly PropertyMap[]): void {
    this.secrets = new Set([...this.secrets, ...secretStrings(...maps)]);
  }

  /** Aborts the call when the user's `customTimeouts` have run out; 0 means no limit. */
  limit(timeoutSeconds: number): void {
    if (!(timeoutSeconds > 0)) return;
    const timer = new AbortController();
    const message = `gave up after ${timeoutSeconds} s, the limit set by customTimeouts`;
    // Longer than a timer can be is as good as no limit.
    const timeoutMs = timeoutSeconds * 1_000;
    if (timeoutMs > 2 ** 31 - 1) return;
    setTimeout(() => timer.abort(new Error(message)), timeoutMs).unref();
    this.signal = AbortSignal.any([this.signal, timer.signal]);
  }

  /** What a resource gets to see of this call. */
  context(urn: string): CallContext {
    return {
      signal: this.signal,
      urn,
      settings: this.session.settings,
      status: (message) => this.session.engineLog.status(urn, redact(message, this.secrets)),
      log: (severity, message) =>
        this.session.engineLog.log(urn, severity, redact(message, this.secrets)),
    };
  }

  /** The resource of a URN; the type is the part after the last `$` of its third field. */
  async resource(urn: string, type: string): Promise<Resource> {
    const token = type === "" ? (urn.split("::")[2]?.split("$").at(-1) ?? "") : type;
    const resources = await this.session.resources();
    const resource = resources.get(token);
    if (resource === undefined) {
      const known = [...resources.keys()].sort().join(", ");
      throw new RpcError(
        NOT_FOUND,
        `the unikernel provider ${this.session.version} has no resource type ${token}; it has ${known}`,
      );
    }
    return resource;
  }
}

/** Makes a gRPC handler of a function that returns the answer or throws. */
export function unary<Request, Response>(
  session: Session,
  handle: (request: Request, call: RunningCall) => Promise<Response> | Response,
): grpc.handleUnaryCall<Request, Response> {
  return (wire, answer) => {
    const controller = session.begin();
    wire.on("cancelled", () => controller.abort(new Error("the engine cancelled the operation")));
    const call = new RunningCall(session, controller.signal);
    void run(handle, wire.request, call).then(async (finish) => {
      session.end(controller);
      await settled(session.engineLog.flush());
      finish(answer);
    });
  };
}

async function run<Request, Response>(
  handle: (request: Request, call: RunningCall) => Promise<Response> | Response,
  request: Request,
  call: RunningCall,
): Promise<(answer: grpc.sendUnaryData<Response>) => void> {
  try {
    const response = await handle(request, call);
    return (answer) => answer(null, response);
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    if (stack !== "") call.session.engineLog.log("", "debug", redact(stack, call.secrets));
    const status = toStatus(error, call.secrets, call.signal);
    return (answer) => answer(status);
  }
}

async function settled(flush: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FLUSH_TIMEOUT_MS);
  });
  await Promise.race([flush, timeout]);
  clearTimeout(timer);
}
