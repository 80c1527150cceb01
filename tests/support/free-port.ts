// Ports of the host for guests that are about to start.
import { createServer } from "node:net";

/** Below those that the system hands out to whoever asks for any port (from 32768 on): between
 * our look and the guest's start nobody gets one of these by chance. */
const FIRST = 20_000;
const LAST = 31_999;
const ATTEMPTS = 50;

/** A port of 127.0.0.1 on which nobody listens. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${FIRST} to ${LAST} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
