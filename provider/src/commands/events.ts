// `unikernel events`: what happened to guests.
import { appendFile } from "node:fs/promises";
import { homeDirectory } from "@pulumi-unikernel/toolchain";
import {
  eventsPath,
  type GuestEvent,
  parseEvent,
  readEvents,
  readPreviousEvents,
} from "../drivers/events.ts";
import { printable } from "../guests/printable.ts";
import { followFile } from "./follow.ts";
import { type Command, parseCommandLine, UsageError } from "./hosts.ts";

const usage = "unikernel events --help";

export const command: Command = {
  summary: "tell what happened to guests: started, healthy, ended, restarted; -f goes on",
  help: `Usage: unikernel events [options] [GUEST]

Tells what happened to the guests of this machine, also to those that are gone; of the drivers "qemu" and
"sandbox". GUEST is the beginning of an id.

  -f, --follow        go on with what happens, until Ctrl-C
  --json              a line of JSON for each`,

  async run(commandLine, signal) {
    const { values, positionals } = parseCommandLine(
      {
        args: commandLine,
        options: { follow: { type: "boolean", short: "f" }, json: { type: "boolean" } },
        allowPositionals: true,
      },
      usage,
    );
    const [beginning = "", ...others] = positionals;
    if (others.length > 0) throw new UsageError("name one guest", usage);
    const home = homeDirectory();
    const show = (event: GuestEvent) => {
      if (!event.guest.startsWith(beginning)) return;
      console.log(values.json ? JSON.stringify(event) : formatEvent(event));
    };
    if (!values.follow) {
      for (const event of await readEvents(home)) show(event);
      return 0;
    }
    const path = eventsPath(home);
    await appendFile(path, "", { mode: 0o600 });
    for (const event of await readPreviousEvents(home)) show(event);
    let rest = "";
    const write = (bytes: Buffer) => {
      const lines = (rest + bytes.toString("utf8")).split("\n");
      rest = lines.pop() ?? "";
      for (const event of lines.flatMap(parseEvent)) show(event);
    };
    await followFile(path, 0, { signal, write, isOver: async () => false });
    return 0;
  },
};

/** With the local time. */
export function formatEvent({ atMs, guest, what }: GuestEvent): string {
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return printable(`${day} ${time}  ${guest}  ${what}`);
}
