// What every subcommand of `unikernel` is.

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
