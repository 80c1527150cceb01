// A client of HAProxy's runtime API: commands go in, and what they answer comes back.
import { answerOf } from "../drivers/socket-answer.ts";
import type { ServiceFiles } from "./files.ts";
import {
  parseServers,
  parseUse,
  type Server,
  type ServerUse,
  serverCommands,
} from "./haproxy-configuration.ts";

/** HAProxy refuses lines longer than its buffer of 16 KiB. */
const LINE_BYTES_MAX = 8_000;

const ask = (files: ServiceFiles, line: string) => answerOf(files.control, line);

/** The process that answers; undefined when none does. */
export async function answeringProcess(files: ServiceFiles): Promise<number | undefined> {
  const pid = /^Pid: (\d+)$/m.exec((await ask(files, "show info")) ?? "")?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/** What the servers do; undefined when no HAProxy answers. */
export async function readUse(
  files: ServiceFiles,
): Promise<ReadonlyMap<string, ServerUse> | undefined> {
  const answer = await ask(files, "show stat");
  return answer === undefined ? undefined : parseUse(answer);
}

/** Makes the servers as they are to be, and looks whether they are. */
export async function setServers(files: ServiceFiles, wanted: readonly Server[]): Promise<void> {
  const commands = serverCommands(await known(files), wanted);
  for (const line of lines(commands)) await ask(files, line);
  const left = commands.length === 0 ? [] : serverCommands(await known(files), wanted);
  if (left.length > 0) throw new Error(`HAProxy did not do what it was told: ${left.join("; ")}`);
}

async function known(files: ServiceFiles): Promise<Server[]> {
  const answer = await ask(files, "show servers state");
  if (answer === undefined) throw new Error(`the HAProxy of ${files.id} does not answer`);
  return parseServers(answer);
}

function lines(commands: readonly string[]): string[] {
  const joined: string[] = [];
  for (const command of commands) {
    const last = joined.at(-1);
    const fits = last !== undefined && last.length + command.length < LINE_BYTES_MAX;
    if (fits) joined[joined.length - 1] = `${last}; ${command}`;
    else joined.push(command);
  }
  return joined;
}
