// The group "toolchain": configuration and builds.
import type { Benchmark } from "../main.ts";
import { buildsGroup } from "./builds.ts";
import { kconfigGroup } from "./kconfig.ts";
import { sourceHash } from "./source-hash.ts";

export const toolchainGroup: readonly Benchmark[] = [...kconfigGroup, ...buildsGroup, sourceHash];
