// What every subcommand of `unikernel` is.
import { type ParseArgsConfig, parseArgs } from "node:util";

export interface Command {
  readonly summary: string;
  readonly help: string;
  /** Returns the exit status. */
  run(commandLine: string[], signal: AbortSignal): Promise<number>;
}

/** The command line itself is wrong; exit status 2. */
export class UsageError extends Error {
  /** The command that explains. */
  readonly help: string;
  constructor(message: string, help: string) {
    super(message);
    this.name = "UsageError";
    this.help = help;
  }
}

/** As node:util's parseArgs; whatever it refuses is a UsageError. */
export function parseCommandLine<const Config extends ParseArgsConfig>(
  config: Config,
  help: string,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message, help);
  }
}
