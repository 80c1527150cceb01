// `unikernel logs GUEST`: what a guest has written on its console, and what it goes on to write.
import { stat } from "node:fs/promises";
import { readTail } from "../guests/console.ts";
import { printable } from "../guests/printable.ts";
import { followConsole, followFile } from "./follow.ts";
import {
  type Command,
  chooseGuest,
  findGuests,
  HOST_HELP,
  HOST_OPTIONS,
  parseCommandLine,
  UsageError,
} from "./hosts.ts";

const usage = "unikernel logs --help";

export const command: Command = {
  summary: "show a guest's console, also of one that has crashed; -f goes on",
  help: `Usage: unikernel logs [options] GUEST

Shows what the guest has written on its console, restarts included. GUEST is a name, an id or its
beginning.

  -f, --follow        go on with what is written, until Ctrl-C or until the guest has ended for good
  --tail LINES        the last lines alone
${HOST_HELP}`,

  async run(commandLine, signal) {
    const { values, positionals } = parseCommandLine(
      {
        args: commandLine,
        options: {
          ...HOST_OPTIONS,
          follow: { type: "boolean", short: "f" },
          tail: { type: "string" },
        },
        allowPositionals: true,
      },
      usage,
    );
    const [name, ...others] = positionals;
    if (name === undefined || others.length > 0) throw new UsageError("name one guest", usage);
    const lines = readLines(values.tail);
    const { driver, id } = chooseGuest(await findGuests(values.libvirt), name);
    const decoder = new TextDecoder();
    const follow = {
      signal,
      write: (bytes: Buffer) => {
        process.stdout.write(readable(decoder.decode(bytes, { stream: true })));
      },
      isOver: async () => values.follow !== true || (await hasEnded()),
    };
    const hasEnded = async () => {
      const { state } = await driver.status(id);
      return state !== "running" && state !== "starting";
    };
    const path = (await driver.status(id)).consoleLogPath ?? "";
    const size = (await stat(path).catch(() => undefined))?.size;
    if (size === undefined) {
      // On another machine, or nothing was written.
      if (lines === undefined) await followConsole(driver, id, follow);
      else for (const line of await driver.consoleTail(id, lines)) console.log(line);
    } else {
      const tail = lines === undefined ? undefined : lastBytes(await readTail(path), lines);
      await followFile(path, tail === undefined ? 0 : Math.max(0, size - tail), follow);
    }
    return 0;
  },
};

/** A guest must not steer the terminal that shows what it says. */
function readable(text: string): string {
  return text
    .split("\n")
    .map((line) => printable(line.replace(/\r$/, "")))
    .join("\n");
}

/** How many bytes the last lines of a text take. */
export function lastBytes(text: string, lines: number): number {
  const ends = [...text.matchAll(/\n/g)].map(({ index }) => index + 1);
  // A last line that is not whole yet counts, too.
  if (ends.at(-1) !== text.length) ends.push(text.length);
  const start = ends.length > lines ? (ends[ends.length - lines - 1] ?? 0) : 0;
  return lines === 0 ? 0 : Buffer.byteLength(text.slice(start));
}

function readLines(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new UsageError(`--tail "${text}": expected a number of lines`, usage);
}
