// `unikernel build --explain` and `--trace` over real builds: what ran, why, and when.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { traceOf } from "../../toolchain/src/graph/trace.ts";
import { ensureCompiler, type RunAction } from "../../toolchain/src/index.ts";
import { counterMain, runtimeActions, type Workshop, workshop } from "./builder-support.ts";

/** The actions of a build with their reasons, sorted. */
async function explained(shop: Workshop, request = {}): Promise<string[]> {
  const actions: RunAction[] = [];
  await shop.build(request, { onAction: (action) => actions.push(action) });
  return actions.map(({ kind, name, reasons }) => `${kind} ${name}: ${reasons.join("; ")}`).sort();
}

test("each step that ran says which of its inputs has changed", async () => {
  const shop = workshop();
  shop.write("app/page.h", "#define PAGE 1\n");
  shop.write("app/page.c", '#include "page.h"\nint page = PAGE;\n');
  expect(await explained(shop)).toEqual([
    "archive counter: never built before",
    "archive musl: never built before",
    "archive plat-kvm: never built before",
    "compile app/main.c: never built before",
    "compile app/page.c: never built before",
    "compile counter/counter.c: never built before",
    "compile musl/start.c: never built before",
    "compile plat-kvm/start.c: never built before",
    "link image: never built before",
  ]);
  expect(await explained(shop)).toEqual([]);
  shop.write("app/main.c", counterMain.replace("(int)", "1 + (int)"));
  expect(await explained(shop)).toEqual([
    "compile app/main.c: its source changed",
    "link image: 1 object changed (app/main.c)",
  ]);
  shop.write("app/page.h", "#define PAGE 2\n");
  expect(await explained(shop)).toEqual([
    "compile app/page.c: app/page.h changed",
    "link image: 1 object changed (app/page.c)",
  ]);
  expect(await explained(shop, { options: { COUNTER_STEP: 2 } })).toEqual([
    "archive counter: 1 object changed (counter/counter.c)",
    "compile app/main.c: COUNTER_STEP 1 → 2",
    "compile app/page.c: COUNTER_STEP 1 → 2",
    "compile counter/counter.c: COUNTER_STEP 1 → 2",
    "link image: 1 archive changed (counter)",
  ]);
});

test("the compiler's runtime is a step like the others", async () => {
  const told = runtimeActions.map(({ kind, name, reasons }) => [kind, name, ...reasons]);
  expect(told).toEqual([["archive", "compiler runtime", "never built before"]]);
  const events = traceOf(runtimeActions).traceEvents.filter(({ ph }) => ph === "X");
  expect(events.map(({ name }) => name)).toEqual(["archive compiler runtime"]);
});

test("a result that was lost is told from one that was never made", async () => {
  const shop = workshop();
  const { manifest } = await shop.build();
  await shop.store.removeImage(manifest.digest);
  rmSync(shop.store.path("objects"), { recursive: true });
  expect(await explained(shop)).toEqual([
    "compile app/main.c: its result was no longer in the store",
    "link image: its result was no longer in the store",
  ]);
});

test("who waits for another build of the same image says how long", async () => {
  const shop = workshop();
  const actions: RunAction[] = [];
  const onAction = (action: RunAction) => actions.push(action);
  await Promise.all([shop.build({}, { onAction }), shop.build({}, { onAction })]);
  const waits = actions.filter(({ kind }) => kind === "wait");
  expect(waits.map(({ name }) => name.slice(0, 6))).toEqual(["image-"]);
  expect(actions.filter(({ kind }) => kind === "link")).toHaveLength(1);
});

test("the command prints the reasons and writes a trace of all that ran", async () => {
  const shop = workshop();
  const compiler = await ensureCompiler();
  shop.write("tools/none", "");
  symlinkSync(compiler, join(shop.directory, "tools", basename(compiler)));
  const trace = join(shop.directory, "trace.json");
  const build = () =>
    spawnSync(
      join(import.meta.dirname, "../../toolchain/bin/unikernel"),
      ["build", shop.app, "--libraries", shop.libraries, "--explain", "--trace", trace],
      {
        encoding: "utf8",
        env: { ...process.env, UNIKERNEL_HOME: shop.directory },
      },
    );
  shop.write("app/main.c", "int main(void) { return 0; }\n");
  const first = build();
  expect(first.stderr).toMatch(/^compile app\/main\.c: never built before$/m);
  expect(first.status).toBe(0);
  const { traceEvents } = JSON.parse(readFileSync(trace, "utf8")) as {
    traceEvents: Record<string, unknown>[];
  };
  const complete = traceEvents.filter(({ ph }) => ph === "X");
  expect(complete.map(({ name }) => name)).toContain("link image");
  for (const event of complete) {
    expect(event).toMatchObject({
      name: expect.any(String),
      cat: expect.any(String),
      ts: expect.any(Number),
      dur: expect.any(Number),
      pid: 1,
      tid: expect.any(Number),
    });
    expect(event.ts).toBeGreaterThanOrEqual(0);
    expect(event.dur).toBeGreaterThanOrEqual(0);
  }
  const second = build();
  expect(second.stderr).toBe("nothing ran: the store has this image\n");
  expect(JSON.parse(readFileSync(trace, "utf8")).traceEvents).toEqual([]);
});
