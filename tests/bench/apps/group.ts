// The group "apps": applications that people have, beside what they would run on otherwise.
import type { Benchmark } from "../main.ts";
import { functionBuild } from "./function-build.ts";
import { functionRate } from "./function-rate.ts";
import { functionStart } from "./function-start.ts";
import { goServer } from "./go-server.ts";

export const appsGroup: readonly Benchmark[] = [
  functionBuild,
  functionStart,
  functionRate,
  goServer,
];
