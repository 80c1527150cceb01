// A network's switch: starting it so that it outlives us, finding it, telling it to read its file
// again.
import { readFile } from "node:fs/promises";
import { pause } from "../../guests/wait.ts";
import { startLogged } from "../detached.ts";
import { type FoundProcess, findAll, stopAll } from "../guest-processes.ts";
import { answerOf } from "../socket-answer.ts";
import { type NetworkFiles, RELATIVE } from "./files.ts";

const START_TIMEOUT_MS = 10_000;

const roleOf = (files: NetworkFiles) => (args: readonly string[]) =>
  args[1] === "--network" && args[2] === files.id ? ("switch" as const) : undefined;

export async function findSwitch(files: NetworkFiles): Promise<FoundProcess<"switch"> | undefined> {
  return (await findAll(files, roleOf(files)))[0];
}

export function stopSwitch(files: NetworkFiles): Promise<void> {
  return stopAll(files, roleOf(files), 0);
}

/** Makes the switch read its file again; starts it when it does not run. Returns what it says of
 * each guest: whether it is connected, by address. */
export async function refreshSwitch(
  files: NetworkFiles,
  program: () => Promise<string>,
): Promise<ReadonlyMap<string, boolean>> {
  const answer = (await answerOf(files.control)) ?? (await start(files, await program()));
  const [first = "", ...rest] = answer.trim().split("\n");
  if (first !== "ok") throw new Error(`the switch of ${files.id} refused its file: ${first}`);
  return new Map(rest.map((line) => [line.split(" ")[0] ?? "", line.endsWith(" connected")]));
}

async function start(files: NetworkFiles, program: string): Promise<string> {
  // One that does not answer must not stay beside its successor.
  await stopSwitch(files);
  const args = ["--network", files.id, RELATIVE.members, RELATIVE.control];
  const { pid } = await startLogged({ program, args, directory: files.directory, log: files.log });
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const answer = await answerOf(files.control);
    if (answer !== undefined) return answer;
    if (!isThere(pid) && (await findSwitch(files)) === undefined) {
      const reason = (await readFile(files.log, "utf8").catch(() => "")).trim();
      throw new Error(`the switch of ${files.id} did not start: ${reason || "it gave no reason"}`);
    }
    await pause(2);
  }
  throw new Error(`the switch of ${files.id} did not answer within ${START_TIMEOUT_MS / 1000} s`);
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
