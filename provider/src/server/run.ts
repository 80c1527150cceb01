// The life of the plugin's process: start, announce the port, end when the engine does. Guests are
// not children in this sense: they run on.
import { fstatSync, readFileSync } from "node:fs";
import { loadResources } from "../resources/registry.ts";
import { serve } from "./server.ts";
import { Session } from "./session.ts";

/** How often to look whether the process that started us still lives. */
const PARENT_CHECK_INTERVAL_MS = 1_000;
/** Time for running calls to stop their compilers. */
const SHUTDOWN_GRACE_MS = 500;

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
  });
  const server = await serve(session);
  process.stdout.write(`${server.port}\n`);

  let isStopping = false;
  const stop = (exitCode: number): void => {
    if (isStopping) return;
    isStopping = true;
    server.stop();
    setTimeout(() => process.exit(exitCode), SHUTDOWN_GRACE_MS);
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.on(signal, () => stop(0));
  }
  watchEngine(() => stop(0));
  // A mistake in one call must not take the others with it; the call itself has been answered or
  // will time out, and the engine shows what stands here.
  process.on("unhandledRejection", (reason) => {
    process.stderr.write(`unhandled rejection: ${String(reason)}\n`);
  });

  // By the time of the first Check the modules are there.
  session.resources().catch(() => {});
}

/** Calls `onGone` when whoever started us has died. */
function watchEngine(onGone: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, PARENT_CHECK_INTERVAL_MS).unref();
  // The engine keeps a pipe to our input open for as long as it lives. A terminal or /dev/null,
  // which a person uses who starts the plugin to attach to it, says nothing.
  const input = fstatSync(0);
  if (input.isFIFO() || input.isSocket()) {
    process.stdin.on("end", onGone).on("error", onGone).resume();
  }
}
