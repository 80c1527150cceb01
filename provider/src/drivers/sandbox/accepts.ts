// Whether a guest accepts TCP connections. The gateway accepts on the host at once, and a refusal by the
// guest arrives as a reset. That none has arrived says nothing, so a second connection asks for a
// port that nobody serves: both go the same way one after the other, and when the second has been
// refused, the guest has decided about the first.
import { connect } from "node:net";
import type { GatewayPort } from "@pulumi-unikernel/toolchain";

interface Attempt {
  /** When the other side closed or reset it, or spoke. */
  readonly over: Promise<"closed" | "spoken">;
  isClosed(): boolean;
  end(): void;
}

export async function acceptsConnections(
  port: GatewayPort,
  nobody: GatewayPort,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const first = attempt(port);
  await first.connected;
  const second = attempt(nobody);
  const timeout = new Promise<"late">((resolve) => {
    setTimeout(() => resolve("late"), limits.timeoutMs).unref();
    limits.signal.addEventListener("abort", () => resolve("late"), { once: true });
  });
  try {
    const outcome = await Promise.race([
      first.over,
      second.over.then(() => "decided" as const),
      timeout,
    ]);
    if (outcome === "spoken") return true;
    if (outcome !== "decided") return false;
    // A refusal of the first may still be on its way through our own event loop.
    await new Promise((resolve) => setTimeout(resolve, 5));
    return !first.isClosed();
  } finally {
    first.end();
    second.end();
  }
}

function attempt({ address, port }: GatewayPort): Attempt & { readonly connected: Promise<void> } {
  const socket = connect({ host: address, port });
  let isClosed = false;
  socket.on("error", () => undefined);
  const over = new Promise<"closed" | "spoken">((resolve) => {
    socket.once("data", () => resolve("spoken"));
    socket.once("close", () => {
      isClosed = true;
      resolve("closed");
    });
  });
  const connected = new Promise<void>((resolve) => {
    socket.once("connect", resolve);
    socket.once("close", () => resolve());
  });
  return { over, connected, isClosed: () => isClosed, end: () => socket.destroy() };
}
