// `unikernel gc`: makes room in the store.
import { formatSize, parseSizeBytes } from "../size.ts";
import { type Collected, collect } from "../store/collect.ts";
import { storeLimitBytes } from "../store/limit.ts";
import { openStore } from "../store/store.ts";
import { type Command, parseCommandLine, UsageError } from "./command.ts";

const usage = "unikernel gc --help";

export const command: Command = {
  summary: "remove from the store what was not used for the longest time",
  help: `Usage: unikernel gc [options]

Removes unfinished and damaged entries from the store, then what was not used for the longest
time, until the rest is within the limit. Images that guests run or that a stack names stay, and
so does what a running build uses. What is removed is made again when it is needed.

  --max-size SIZE     the limit, e.g. 2GiB (default: $UNIKERNEL_STORE_LIMIT, or 4 GiB)
  --dry-run           say what would be removed, and remove nothing
  --json              print the result as JSON

Builds do the same by themselves, at most once an hour, when the store is beyond the limit.`,

  async run(commandLine, signal) {
    const values = parse(commandLine);
    const limitBytes = readLimit(values["max-size"]);
    const isDryRun = values["dry-run"] ?? false;
    const collected = await collect(openStore(), { limitBytes, isDryRun, signal });
    console.log(values.json ? JSON.stringify(collected, undefined, 2) : told(collected, isDryRun));
    return 0;
  },
};

function readLimit(text: string | undefined): number {
  if (text === undefined) return storeLimitBytes();
  const bytes = parseSizeBytes(text);
  if (bytes !== undefined) return bytes;
  throw new UsageError(`--max-size "${text}": expected a size, e.g. 2GiB`, usage);
}

export function told(collected: Collected, isDryRun: boolean): string {
  const { bytesBefore, bytesAfter, limitBytes, removed, kept, isBuilding } = collected;
  const lines = [
    `${isDryRun ? "would remove" : "removed"} ${formatSize(bytesBefore - bytesAfter)} of ${formatSize(bytesBefore)}; the limit is ${formatSize(limitBytes)}`,
    ...removed.map(
      ({ kind, count, bytes }) =>
        `  ${kind.padEnd(12)}${String(count).padStart(7)}${formatSize(bytes).padStart(13)}`,
    ),
  ];
  for (const { digest, owner } of kept) lines.push(`kept ${digest} for ${owner}`);
  if (isBuilding) lines.push("a build is running: what was used lately is kept for it");
  return lines.join("\n");
}

function parse(commandLine: string[]) {
  return parseCommandLine(
    {
      args: commandLine,
      options: {
        "max-size": { type: "string" },
        "dry-run": { type: "boolean" },
        json: { type: "boolean" },
      },
    },
    usage,
  ).values;
}
