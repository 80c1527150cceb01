// One command of scripts/run.

export interface Command {
  readonly help: string;
  /** Gives the exit status. */
  run(commandArguments: readonly string[]): Promise<number>;
}
