// The provider is killed at random points of rollouts, and replicas with it. The service answers all
// the time, and the next update completes what was begun or turns it back; nothing is left over.
// `CHAOS_SEED=N CHAOS_ROUNDS=200` repeats a run, or makes it longer.
import { spawn } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { PropertyMap } from "../../provider/src/values.ts";
import { unwrapMap } from "../../provider/src/values.ts";
import { instancesOf, type Remembered, ServiceHome, urlOf } from "../conformance/service-home.ts";
import { processesOf } from "../e2e/support/home.ts";
import { Load } from "../support/load.ts";

const SEED = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31));
const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 6);
/** An update of two replicas passes a few more points than this. */
const POINTS = 18;

/** A small generator of numbers below a limit (mulberry32): the seed tells them all. */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

async function updateAndDie(
  home: ServiceHome,
  before: Remembered | undefined,
  news: PropertyMap,
  count: number,
): Promise<void> {
  const file = join(home.directory, "request.json");
  const plain = before && {
    ...before,
    inputs: unwrapMap(before.inputs),
    state: unwrapMap(before.state),
  };
  await writeFile(file, JSON.stringify({ before: plain ?? null, news }));
  const script = join(import.meta.dirname, "service-and-die.ts");
  const child = spawn(process.execPath, [script, home.directory, file, String(count)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const signal = await new Promise((resolve) => child.once("exit", (_code, name) => resolve(name)));
  expect(signal, `killed at point ${count}, not ended before`).toBe("SIGKILL");
}

async function expectWhole(home: ServiceHome, service: Remembered, digest: string): Promise<void> {
  const instances = instancesOf(service);
  expect(instances.map((each) => [each.digest, each.ready])).toEqual([
    [digest, true],
    [digest, true],
  ]);
  expect((await home.guestIds()).sort()).toEqual(instances.map(({ id }) => id).sort());
  expect(await readdir(join(home.directory, "services"))).toEqual([service.id]);
  const fronts = processesOf(home.directory).filter(({ commandLine }) =>
    /haproxy -db/.test(commandLine),
  );
  expect(fronts).toHaveLength(1);
}

const base = {
  ports: [{ guest: 80 }],
  memory: "16MiB",
  healthCheck: { http: "/healthz", interval: "200ms", retries: 50 },
};

test(`killed at ${ROUNDS} random points of rollouts (seed ${SEED})`, async () => {
  const random = generator(SEED);
  await using home = await ServiceHome.make();
  const images = [await home.image("one"), await home.image("two")];
  let service = await home.up(undefined, { ...base, image: images[0] ?? "" });
  for (let round = 1; round <= ROUNDS; round++) {
    const [old = "", next = ""] = [images[(round + 1) % 2], images[round % 2]];
    const count = 1 + random(POINTS);
    const turnsBack = random(3) === 0;
    const kills = random(2) === 0;
    const told = `round ${round}: point ${count}, ${turnsBack ? "turned back" : "completed"}`;
    const load = new Load(urlOf(service), { users: 2, pauseMs: 2 });
    await updateAndDie(home, service, { ...base, image: next }, count);
    const { failures } = await load.stop();
    expect(failures, told).toEqual([]);
    const guests = await home.guestIds();
    if (kills) await home.driver.stop(guests[random(guests.length)] ?? "");
    const wanted = turnsBack ? old : next;
    service = await home.up(service, { ...base, image: wanted });
    await expectWhole(home, service, wanted);
    expect((await fetch(urlOf(service))).status, told).toBe(200);
    // Quiet: nothing is left to do.
    expect(await home.up(service, { ...base, image: wanted }), told).toBe(service);
    if (turnsBack) images.reverse();
  }
}, 3_600_000);

test("killed while it is created: the next creation is the only one", async () => {
  await using home = await ServiceHome.make();
  const image = await home.image("one");
  for (const count of [1, 3, 9]) {
    await updateAndDie(home, undefined, { ...base, image }, count);
    const service = await home.up(undefined, { ...base, image });
    await expectWhole(home, service, image);
    await home.resource.delete(home.context(), { ...service, timeoutSeconds: 0 });
    expect(processesOf(home.directory)).toEqual([]);
  }
});
