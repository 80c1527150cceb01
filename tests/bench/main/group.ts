// The group "main": what the first version promises.
import type { Benchmark } from "../main.ts";
import { firstResponse } from "./first-response.ts";
import { helloExit } from "./hello-exit.ts";
import { imageSize } from "./image-size.ts";
import { keepAlive } from "./keep-alive.ts";
import { rebuild } from "./rebuild.ts";
import { shortConnections } from "./short-connections.ts";
import { smallestMemory } from "./smallest-memory.ts";
import { unchangedPreview } from "./unchanged-preview.ts";

export const mainGroup: readonly Benchmark[] = [
  imageSize,
  helloExit,
  firstResponse,
  keepAlive,
  shortConnections,
  unchangedPreview,
  rebuild,
  smallestMemory,
];
