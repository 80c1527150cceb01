// One question to who listens on a Unix socket and closes it when all is said.
import { connect } from "node:net";
import { withShortPath } from "./qemu/qmp.ts";

const ANSWER_TIMEOUT_MS = 5_000;

/** The whole answer to a line, or, without one, to the connection itself; undefined when nobody
 * answers. */
export function answerOf(socketPath: string, line?: string): Promise<string | undefined> {
  return withShortPath(
    socketPath,
    (path) =>
      new Promise((resolve) => {
        const socket = connect({ path });
        let answer = "";
        socket.setEncoding("utf8").setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
        if (line !== undefined) socket.on("connect", () => socket.write(`${line}\n`));
        socket.on("data", (text: string) => {
          answer += text;
        });
        socket.on("error", () => undefined);
        socket.on("close", () => resolve(answer === "" ? undefined : answer));
      }),
  );
}
