// Run inside of a namespace: starts a command many times and prints, as JSON, the milliseconds
// until it has ended (URL "") or until it gave its first answer at an address.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { connect } from "node:net";

const [roundsText = "1", configuration = "", address = "", ...command] = process.argv.slice(2);
const ATTEMPT_MS = 1;
const REQUEST = "GET / HTTP/1.1\r\nHost: guest\r\nConnection: close\r\n\r\n";

function ask(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 8080 });
    // What was sent before the guest held its end of the interface is lost, and sent again by the
    // system only after a second.
    socket.setTimeout(ATTEMPT_MS, () => socket.destroy());
    socket.on("error", () => resolve(false));
    socket.on("close", () => resolve(false));
    socket.once("data", (data) => {
      resolve(data.toString("latin1").startsWith("HTTP/1.1 200"));
      socket.destroy();
    });
    socket.write(REQUEST);
  });
}

const times: number[] = [];
for (let round = 0; round < Number(roundsText); round++) {
  // The guest of the last round had another hardware address.
  if (address !== "") execFileSync("ip", ["neigh", "flush", "dev", "tap0"]);
  const descriptor = openSync(configuration || "/dev/null", "r");
  const [program = "", ...args] = command;
  const start = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit", descriptor] });
  const ended = once(child, "close");
  if (address !== "") {
    while (!(await ask())) if (child.exitCode !== null) throw new Error("it ended");
    times.push(performance.now() - start);
    child.kill("SIGTERM");
  }
  await ended;
  if (address === "") times.push(performance.now() - start);
  closeSync(descriptor);
}
console.log(JSON.stringify(times));
