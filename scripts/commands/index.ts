// The commands of scripts/run by name.
import { bench } from "./bench.ts";
import type { Command } from "./command.ts";
import { down } from "./down.ts";
import { env } from "./env.ts";
import { setup } from "./setup.ts";
import { test } from "./test.ts";
import { up } from "./up.ts";

export const commands: Readonly<Record<string, Command>> = { setup, up, down, env, test, bench };
