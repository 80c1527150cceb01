// The commands of `unikernel` that are about guests; the toolchain's command line finds them here.
// A new one is a file beside this and a line here.
import type { Command } from "@pulumi-unikernel/toolchain/command";

/** Loaded when called: a command pays for its own modules only. */
export const commands: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  ps: () => import("./ps.ts"),
  logs: () => import("./logs.ts"),
  console: () => import("./console.ts"),
  top: () => import("./top.ts"),
  events: () => import("./events.ts"),
  debug: () => import("./debug.ts"),
  symbolize: () => import("./symbolize.ts"),
};
