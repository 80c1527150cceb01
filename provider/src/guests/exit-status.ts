// How a guest ended: from its monitor's exit code and what the platform wrote on the console.

/** How the process that ran a guest ended. */
export interface ProcessEnd {
  /** As a shell reports it: 128 and more also for a signal. */
  readonly code: number;
  /** It was killed: it did not come to its own cleaning up. */
  readonly killed: boolean;
}

export interface GuestEnd {
  readonly state: "stopped" | "crashed";
  /** Undefined when the guest did not get to say one. */
  readonly exitStatus?: number;
}

/** isa-debug-exit makes 2 n + 1 of the status n; 127 stands for "see the console". */
const EXIT_MAX = 127;
const EXIT_LINE = /^\[unikernel\] exit (\d{1,3})\r?$/gm;
const CRASH_LINE = /^\[unikernel\] crash \{/m;

/** How often a guest has ended, by its console. */
export function exitsOnConsole(consoleText: string): number {
  return [...consoleText.matchAll(EXIT_LINE)].length;
}

/** The end of a guest whose host tells no number: what its console says. */
export function endOnConsole(consoleText: string): GuestEnd {
  const line = [...consoleText.matchAll(EXIT_LINE)].at(-1);
  return {
    state: CRASH_LINE.test(consoleText) ? "crashed" : "stopped",
    ...(line === undefined ? {} : { exitStatus: Number(line[1]) }),
  };
}

export function guestEnd(end: ProcessEnd, consoleText: string): GuestEnd {
  const hasCrashed = CRASH_LINE.test(consoleText);
  if (end.killed) return { state: hasCrashed ? "crashed" : "stopped" };
  const isExit = end.code > 0 && end.code < 256 && end.code % 2 === 1;
  if (!isExit) return { state: hasCrashed ? "crashed" : "stopped" };
  let exitStatus = (end.code - 1) / 2;
  if (exitStatus === EXIT_MAX) {
    const line = [...consoleText.matchAll(EXIT_LINE)].at(-1);
    if (line !== undefined) exitStatus = Number(line[1]);
  }
  return { state: hasCrashed ? "crashed" : "stopped", exitStatus };
}
