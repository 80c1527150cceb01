// `unikernel console GUEST`: a terminal at a guest's console.
import type { Duplex } from "node:stream";
import {
  type Command,
  chooseGuest,
  findGuests,
  HOST_HELP,
  HOST_OPTIONS,
  parseCommandLine,
  UsageError,
} from "./hosts.ts";

const usage = "unikernel console --help";
/** Ctrl-], as in telnet and virsh. */
const DETACH = 0x1d;
const RECENT_LINES = 10;

export const command: Command = {
  summary: "a terminal at a guest's console; Ctrl-] leaves it",
  help: `Usage: unikernel console [options] GUEST

Shows what the guest writes and hands it what is typed. Ctrl-] leaves; the guest runs on. GUEST is a
name, an id or its beginning.

${HOST_HELP}`,

  async run(commandLine, signal) {
    const { values, positionals } = parseCommandLine(
      { args: commandLine, options: HOST_OPTIONS, allowPositionals: true },
      usage,
    );
    const [name, ...others] = positionals;
    if (name === undefined || others.length > 0) throw new UsageError("name one guest", usage);
    const { driver, id } = chooseGuest(await findGuests(values.libvirt), name);
    const { state } = await driver.status(id);
    if (state !== "running" && state !== "starting") {
      throw new Error(
        `the guest ${id} does not run (${state}); \`unikernel logs ${id}\` shows what it said`,
      );
    }
    const lines = await driver.consoleTail(id, RECENT_LINES);
    const console_ = await driver.openConsole(id);
    process.stderr.write(`${id}: Ctrl-] leaves\n`);
    for (const line of lines) process.stdout.write(`${line}\n`);
    const left = await attach(console_, signal);
    process.stderr.write(left ? "\nleft\n" : "\nthe guest has ended\n");
    return 0;
  },
};

/** Until somebody leaves (true) or the console ends (false). */
async function attach(guest: Duplex, signal: AbortSignal): Promise<boolean> {
  const { stdin, stdout } = process;
  const isTerminal = stdin.isTTY === true;
  if (isTerminal) stdin.setRawMode(true);
  try {
    return await new Promise<boolean>((resolve) => {
      guest.on("data", (bytes: Buffer) => stdout.write(bytes));
      guest.on("error", () => resolve(false));
      guest.on("close", () => resolve(false));
      guest.on("end", () => resolve(false));
      stdin.on("data", (bytes: Buffer) => {
        const { forGuest, leaves } = split(bytes, isTerminal);
        if (forGuest.length > 0) guest.write(forGuest);
        if (leaves) resolve(true);
      });
      // Input that ends, from a pipe, says nothing of the output.
      signal.addEventListener("abort", () => resolve(true), { once: true });
    });
  } finally {
    if (isTerminal) stdin.setRawMode(false);
    stdin.pause();
    guest.destroy();
  }
}

/** What was typed: up to the key that leaves, and Return as the guest's lines end. */
export function split(
  bytes: Buffer,
  isTerminal: boolean,
): { readonly forGuest: Buffer; readonly leaves: boolean } {
  if (!isTerminal) return { forGuest: bytes, leaves: false };
  const at = bytes.indexOf(DETACH);
  const typed = at < 0 ? bytes : bytes.subarray(0, at);
  const forGuest = Buffer.from(typed.map((byte) => (byte === 0x0d ? 0x0a : byte)));
  return { forGuest, leaves: at >= 0 };
}
