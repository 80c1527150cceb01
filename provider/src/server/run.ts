// The life of the plugin's process: start, announce the port, end when the engine does. Guests are
// not children in this sense: they run on.
import { fstatSync, readFileSync } from "node:fs";
import { loadResources } from "../resources/registry.ts";
import { providerSettings } from "../resources/settings.ts";
import { serve } from "./server.ts";
import { Session } from "./session.ts";

/** How often to look whether the process that started us still lives. */
const PARENT_CHECK_INTERVAL_MS = 1_000;
/** Time for running calls to stop their compilers and to remove what they have half made. */
const SHUTDOWN_GRACE_MS = 3_000;
const SHUTDOWN_POLL_MS = 10;

export async function runProvider(args: readonly string[]): Promise<void> {
  const manifest = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  ) as { version: string; description: string };
  const session = new Session({
    version: manifest.version,
    description: manifest.description,
    // The engine may add flags of its own (`-v=9`, `--logtostderr`) before its address.
    engineAddress: args.filter((arg) => !arg.startsWith("-")).at(-1) ?? "",
    loadResources,
    providerSettings,
  });
  const server = await serve(session);
  process.stdout.write(`${server.port}\n`);

  let isStopping = false;
  const stop = (exitCode: number): void => {
    if (isStopping) return;
    isStopping = true;
    server.stop();
    // Usually nothing runs any more, and the engine waits for us to end.
    const deadline = performance.now() + SHUTDOWN_GRACE_MS;
    const exitWhenIdle = () => {
      const isIdle = session.runningCount === 0;
      if (isIdle || performance.now() > deadline) process.exit(exitCode);
      setTimeout(exitWhenIdle, SHUTDOWN_POLL_MS);
    };
    exitWhenIdle();
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.on(signal, () => stop(0));
  }
  watchEngine(() => stop(0));
  // A mistake in one call must not take the others with it; the call itself has been answered or
  // will time out, and the engine shows what stands here.
  process.on("unhandledRejection", (reason) => {
    // Not its message, which may hold a secret.
    const frames = reason instanceof Error ? (reason.stack ?? "").match(/^ +at .*$/gm) : null;
    const name = reason instanceof Error ? reason.name : typeof reason;
    process.stderr.write(`unhandled ${name}\n${(frames ?? []).join("\n")}\n`);
  });

  // By the time of the first Check the modules are there.
  session.resources().catch(() => {});
}

/** Calls `onGone` when the engine that started us has died. It keeps a pipe to our input open for
 * as long as it lives; a person who starts the plugin to attach to it has a terminal or /dev/null
 * there, which says nothing. */
function watchEngine(onGone: () => void): void {
  const input = fstatSync(0);
  if (!input.isFIFO() && !input.isSocket()) return;
  process.stdin.on("end", onGone).on("error", onGone).resume();
  // Should something else hold the pipe open.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, PARENT_CHECK_INTERVAL_MS).unref();
}
