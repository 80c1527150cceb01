// Guests that come and go, healthy in between: what is left of them afterwards.
import { readdirSync } from "node:fs";
import { leftovers } from "../../support/leftovers.ts";
import type { Benchmark } from "../main.ts";
import { atMost, type Result, reported } from "../row.ts";
import { benchHome, type DriverName } from "./home.ts";

const CYCLES = 500;
const never = new AbortController().signal;

export const cycles: readonly Benchmark[] = [cyclesOf("sandbox"), cyclesOf("qemu")];

function cyclesOf(name: DriverName): Benchmark {
  return {
    name: `cycles-${name}`,
    async run() {
      const home = await benchHome(name);
      const cycle = async (id: string) => {
        const { state } = await home.driver.apply(home.spec(id), never);
        if (state !== "running") throw new Error(`${id} is ${state}`);
        await home.driver.remove(id);
      };
      const seen = () => ({
        ...leftovers(home.directory),
        interfaces: readdirSync("/sys/class/net"),
      });
      try {
        const whyNot = await home.driver.unavailable();
        if (whyNot !== null) return [{ name: `${CYCLES} cycles: ${name}`, skipped: whyNot }];
        // The first one opens what stays open: pools of threads, caches.
        await cycle("first");
        const before = seen();
        const start = performance.now();
        for (let index = 0; index < CYCLES; index++) await cycle(`guest-${index}`);
        const eachMs = (performance.now() - start) / CYCLES;
        const after = seen();
        const kinds = Object.keys(before) as (keyof typeof before)[];
        const left = kinds.map((kind): Result => {
          const more = after[kind].length - before[kind].length;
          return atMost(`${CYCLES} cycles (${name}): ${kind} left`, more, "", 0);
        });
        return [...left, reported(`${CYCLES} cycles (${name}): each`, eachMs, "ms")];
      } finally {
        home.remove();
      }
    },
  };
}
