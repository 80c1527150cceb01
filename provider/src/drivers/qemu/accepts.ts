// Whether a guest accepts TCP connections. QEMU's user-mode network accepts on the host at once,
// so a connection is opened and QEMU is asked whether it got through to the guest.
import { connect } from "node:net";
import { pause } from "../../guests/wait.ts";
import { type PortForward, reachableHost } from "../driver.ts";
import { hasEstablished } from "./forwards.ts";

/** `connectionTable` asks QEMU for "info usernet". */
export async function acceptsConnections(
  connectionTable: () => Promise<string>,
  forward: PortForward,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  machine?: string,
): Promise<boolean> {
  const socket = connect({ host: reachableHost(forward, machine), port: forward.host });
  let isClosed = false;
  let hasSpoken = false;
  socket.on("error", () => undefined);
  socket.on("close", () => {
    isClosed = true;
  });
  socket.on("data", () => {
    hasSpoken = true;
  });
  const deadline = performance.now() + limits.timeoutMs;
  try {
    // A refusal arrives as a closed connection, and a guest that speaks first has accepted.
    for (let waitMs = 2; performance.now() < deadline; waitMs = Math.min(waitMs * 2, 50)) {
      await pause(waitMs, limits.signal);
      if (hasSpoken) return true;
      if (isClosed) return false;
      if (hasEstablished(await connectionTable(), forward)) return true;
    }
    return false;
  } finally {
    socket.destroy();
  }
}
