// `unikernel ps`: the guests and how they are.
import type { GuestStatus } from "../drivers/driver.ts";
import { formatSize } from "../guests/quantities.ts";
import {
  type Command,
  type FoundGuest,
  findGuests,
  HOST_HELP,
  HOST_OPTIONS,
  parseCommandLine,
} from "./hosts.ts";
import { alignColumns, shortDigest } from "./table.ts";

export const command: Command = {
  summary: "list guests: state, image, uptime, memory, restarts, ports",
  help: `Usage: unikernel ps [options]

Lists the guests of this machine, whoever started them.

${HOST_HELP}
  --json              print the result as JSON`,

  async run(commandLine) {
    const { values } = parseCommandLine(
      { args: commandLine, options: { ...HOST_OPTIONS, json: { type: "boolean" } } },
      "unikernel ps --help",
    );
    const guests = await findGuests(values.libvirt);
    const rows = await Promise.all(
      guests.map(async (guest) => rowOf(guest, await guest.driver.status(guest.id), Date.now())),
    );
    console.log(values.json ? JSON.stringify(rows, undefined, 2) : formatTable(rows));
    return 0;
  },
};

export interface Row {
  readonly name: string;
  readonly id: string;
  readonly driver: string;
  readonly state: string;
  readonly digest: string;
  /** Since its latest start; "" when it does not run. */
  readonly uptime: string;
  readonly memory: string;
  readonly restarts: number;
  readonly ports: readonly string[];
}

export function rowOf(
  guest: Pick<FoundGuest, "name" | "id" | "digest" | "memoryBytes"> & {
    readonly driver: { readonly name: string };
  },
  status: GuestStatus,
  nowMs: number,
): Row {
  const { state, exitStatus, startedAt, restarts = 0, ports } = status;
  const runs = state === "running" && startedAt !== undefined;
  return {
    name: guest.name,
    id: guest.id,
    driver: guest.driver.name,
    state: exitStatus === undefined ? state : `${state} (${exitStatus})`,
    digest: guest.digest,
    uptime: runs ? formatAge(nowMs - startedAt.getTime()) : "",
    memory: formatSize(guest.memoryBytes),
    restarts,
    ports: ports.map(
      ({ address, host, guest: inside, protocol }) => `${address}:${host}->${inside}/${protocol}`,
    ),
  };
}

/** In its two largest units, e.g. "3h 12m". */
export function formatAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return "0s";
  return parts
    .slice(first, first + 2)
    .map(([count, unit]) => `${count}${unit}`)
    .join(" ");
}

const HEAD = ["NAME", "ID", "DRIVER", "STATE", "DIGEST", "UPTIME", "MEMORY", "RESTARTS", "PORTS"];

export function formatTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    ...[row.name, row.id, row.driver, row.state, shortDigest(row.digest), row.uptime, row.memory],
    ...[String(row.restarts), row.ports.join(", ")],
  ]);
  return alignColumns([HEAD, ...lines]).join("\n");
}
