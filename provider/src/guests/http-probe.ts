// One HTTP request on a fresh connection: did something answer, and with which status? Less than
// node:http does, because it runs every few milliseconds while a guest boots.
import { connect } from "node:net";

export interface HttpTarget {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** The status, or undefined: refused, closed, timed out, aborted or not HTTP. */
export function httpStatus(
  target: HttpTarget,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: target.host, port: target.port });
    socket.setNoDelay(true);
    let head = "";
    const finish = (status: number | undefined) => {
      clearTimeout(timer);
      limits.signal.removeEventListener("abort", abort);
      socket.destroy();
      resolve(status);
    };
    const abort = () => finish(undefined);
    const timer = setTimeout(abort, limits.timeoutMs);
    limits.signal.addEventListener("abort", abort, { once: true });
    if (limits.signal.aborted) abort();
    socket.on("error", abort);
    socket.on("close", abort);
    socket.on("connect", () => {
      socket.write(
        `GET ${target.path} HTTP/1.1\r\nHost: ${target.host}:${target.port}\r\n` +
          "User-Agent: unikernel-health-check\r\nAccept: */*\r\nConnection: close\r\n\r\n",
      );
    });
    socket.on("data", (chunk: Buffer) => {
      head += chunk.toString("latin1");
      const match = /^HTTP\/1\.[01] (\d{3})[ \r]/.exec(head);
      if (match !== null) finish(Number(match[1]));
      else if (head.length > 64) finish(undefined);
    });
  });
}
