// The plugin's entry: `pulumi-resource-unikernel [ENGINE_ADDRESS]`. Prints the port it listens on as
// the first line of its output and serves until the engine goes away.
import { mkdirSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

// Compiled code of earlier runs halves the start-up time; without a place for it we are only slower.
try {
  const home = process.env.UNIKERNEL_HOME || join(homedir(), ".pulumi-unikernel");
  const cache = join(home, "cache", "node");
  mkdirSync(cache, { recursive: true });
  enableCompileCache(cache);
} catch {
  // A read-only home, for instance.
}

const { runProvider } = await import("./server/run.ts");
await runProvider(process.argv.slice(2));
