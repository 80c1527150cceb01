// One concern of the set-up. A step finds out by itself whether anything is to be done: run
// again, it does nothing and takes no time.

export interface Step {
  /** Shown in front of its progress lines. */
  readonly name: string;
  run(): Promise<void>;
}
