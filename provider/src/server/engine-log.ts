// Sends messages to the engine, which shows them: diagnostics that stay and a status line per
// resource that the next one replaces. Without an engine (tests, get-schema) it is silent.
import grpc from "@grpc/grpc-js";
import type { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";

export type Severity = "debug" | "info" | "warning" | "error";

/** An engine that does not take a message within this time is gone or stuck. */
const SEND_TIMEOUT_MS = 2_000;

interface Message {
  readonly urn: string;
  readonly severity: Severity;
  readonly text: string;
  readonly ephemeral: boolean;
}

export class EngineLog {
  #address: string;
  #client: Promise<EngineClient> | undefined;
  /** Messages are sent one after the other, so that they arrive in order. */
  #tail: Promise<void> = Promise.resolve();
  /** The newest status line of each resource that waits to be sent. */
  readonly #waitingStatus = new Map<string, string>();

  constructor(address = "") {
    this.#address = address;
  }

  /** Another engine has taken over, or the first one says where it is. */
  attach(address: string): void {
    if (address === this.#address) return;
    this.close();
    this.#address = address;
  }

  log(urn: string, severity: Severity, text: string): void {
    this.#enqueue(() => this.#send({ urn, severity, text, ephemeral: false }));
  }

  status(urn: string, text: string): void {
    const isQueued = this.#waitingStatus.has(urn);
    this.#waitingStatus.set(urn, text);
    if (isQueued) return;
    this.#enqueue(() => {
      const newest = this.#waitingStatus.get(urn) ?? text;
      this.#waitingStatus.delete(urn);
      return this.#send({ urn, severity: "info", text: newest, ephemeral: true });
    });
  }

  /** Resolves when everything logged so far has been sent or given up. */
  flush(): Promise<void> {
    return this.#tail;
  }

  close(): void {
    void this.#client?.then(
      (client) => client.close(),
      () => {},
    );
    this.#client = undefined;
  }

  #enqueue(action: () => Promise<void>): void {
    if (this.#address === "") return;
    // A message that cannot be sent must not fail the operation it is about.
    this.#tail = this.#tail.then(action).catch(() => {});
  }

  async #send(message: Message): Promise<void> {
    const { default: protocol } = await import("@pulumi/pulumi/proto/engine_pb.js");
    this.#client ??= connect(this.#address);
    const client = await this.#client;
    const request = new protocol.LogRequest();
    request.setUrn(message.urn);
    request.setMessage(message.text);
    request.setEphemeral(message.ephemeral);
    request.setSeverity(
      {
        debug: protocol.LogSeverity.DEBUG,
        info: protocol.LogSeverity.INFO,
        warning: protocol.LogSeverity.WARNING,
        error: protocol.LogSeverity.ERROR,
      }[message.severity],
    );
    await new Promise<void>((resolve, reject) => {
      client.log(
        request,
        new grpc.Metadata(),
        { deadline: Date.now() + SEND_TIMEOUT_MS },
        (error) => (error === null ? resolve() : reject(error)),
      );
    });
  }
}

async function connect(address: string): Promise<EngineClient> {
  const { default: service } = await import("@pulumi/pulumi/proto/engine_grpc_pb.js");
  return new service.EngineClient(address, grpc.credentials.createInsecure());
}
