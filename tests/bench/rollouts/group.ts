// The group "rollouts": what users notice of an update, and how long it takes.
import type { Benchmark } from "../main.ts";
import { manyReplicas } from "./many-replicas.ts";
import { underLoad } from "./under-load.ts";

export const rolloutsGroup: readonly Benchmark[] = [underLoad, manyReplicas];
