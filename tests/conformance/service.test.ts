// Services with real sandboxed guests behind a real HAProxy, without an engine.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { serviceFiles } from "../../provider/src/services/files.ts";
import { findFronts } from "../../provider/src/services/front.ts";
import { processesOf } from "../e2e/support/home.ts";
import { silentContext } from "../faults/guest-resource.ts";
import { freePort } from "../support/free-port.ts";
import { Load } from "../support/load.ts";
import { instancesOf, ServiceHome, URN, urlOf } from "./service-home.ts";

const base = {
  ports: [{ guest: 80 }],
  memory: "16MiB",
  healthCheck: { http: "/healthz", interval: "200ms", retries: 50 },
  replicas: 2,
};

test.each(["sandbox", "qemu"] as const)("a rolling update loses no request: %s", async (driver) => {
  await using home = await ServiceHome.make(driver);
  const one = await home.image("one");
  const two = await home.image("two");
  const first = await home.up(undefined, { ...base, image: one });
  expect(instancesOf(first)).toMatchObject([
    { digest: one, revision: 1, ready: true },
    { digest: one, revision: 1, ready: true },
  ]);
  const load = new Load(urlOf(first), { users: 6, pauseMs: 2 });
  const second = await home.up(first, { ...base, image: two });
  const tally = await load.stop();
  expect(tally.failures).toEqual([]);
  expect([...tally.answers.keys()].sort()).toEqual(["200 version one, -", "200 version two, -"]);
  expect(urlOf(second)).toBe(urlOf(first));
  expect(instancesOf(second).map(({ digest }) => digest)).toEqual([two, two]);
  expect(await home.guestIds()).toHaveLength(2);
});

test("preview of a new service starts nothing", async () => {
  await using home = await ServiceHome.make();
  const planned = await home.preview(undefined, { ...base, image: await home.image("one") });
  expect(planned.plan).toEqual([
    "replicas: 0 → 2",
    "rolling: 2 replicas, at most 1 more and 0 fewer for a while",
    ...["start 2 new replicas and wait until ready", "send requests to them"],
  ]);
  expect(await readdir(home.directory)).toHaveLength(1);
});

test("preview says what will change and why, and the update does it", async () => {
  await using home = await ServiceHome.make();
  const one = await home.image("one");
  const two = await home.image("two");
  const first = await home.up(undefined, { ...base, image: one, secrets: { KEY: "hush-hush" } });
  const ids = instancesOf(first).map(({ id }) => id);
  const news = { ...base, image: two, env: { GREETING: "Hi" }, secrets: { KEY: "other-value" } };
  const planned = await home.preview(first, news);
  const short = (digest: string) => digest.slice(0, 19);
  expect(planned.plan).toEqual([
    expect.stringMatching(
      new RegExp(`^image: ${short(one)} → ${short(two)} \\(\\d+ → \\d+ bytes\\)$`),
    ),
    "env: +GREETING",
    "secrets: ~KEY",
    "rolling: 2 replicas, at most 1 more and 0 fewer for a while",
    ...["start 1 new replica and wait until ready", "send requests to it"],
    `send no more requests to ${ids[0]}, and let those under way finish`,
    "stop it",
    ...["start 1 new replica and wait until ready", "send requests to it"],
    `send no more requests to ${ids[1]}, and let those under way finish`,
    "stop it",
  ]);
  expect(home.logged).toEqual([(planned.plan as string[]).join("\n")]);
  expect(home.logged.join()).not.toMatch(/hush|other-value/);
  const second = await home.up(first, news);
  expect(second.state.plan).toEqual(planned.plan);
  expect(await (await fetch(urlOf(second))).text()).toBe("version two, Hi\n");
  // Nothing more to do: no plan, no update.
  expect(await home.up(second, news)).toBe(second);
  await home.preview(second, news);
  expect(home.logged).toEqual([]);
});

test.each([
  ["crashes at boot", "crash", ["about to go wrong", "crash: page fault", "go_wrong"]],
  ["answers its health check with 500", "500", ["GET /healthz at its port 80 answered 500"]],
  ["crashes a second after it was ready", "later", ["crashed within 2 s", "go_wrong"]],
] as const)("an image that %s is rolled back and no request lost", async (_what, wrong, told) => {
  await using home = await ServiceHome.make();
  const one = await home.image("one");
  const bad = await home.image("bad", wrong);
  const careful = {
    ...base,
    healthCheck: { ...base.healthCheck, retries: 5 },
    rollout: { minReadySeconds: wrong === "later" ? 2 : 0 },
  };
  const first = await home.up(undefined, { ...careful, image: one });
  const load = new Load(urlOf(first), { users: 4, pauseMs: 2 });
  const { message, after } = await home.failingUp(first, { ...careful, image: bad });
  const tally = await load.stop();
  for (const text of told) expect(message).toContain(text);
  expect(message).toContain(`Rolled back: all 2 replicas are of revision 1 (${one})`);
  expect(tally.failures).toEqual([]);
  expect([...tally.answers.keys()]).toEqual(["200 version one, -"]);
  expect(after.state).toMatchObject({ digest: one, currentRevision: 1, image: one });
  expect(instancesOf(after).map(({ digest, ready }) => [digest, ready])).toEqual([
    [one, true],
    [one, true],
  ]);
  expect(await home.guestIds()).toHaveLength(2);
  // The same again fails again, once; a fixed one works.
  await home.failingUp(after, { ...careful, image: bad });
  const two = await home.image("two");
  const fixed = await home.up(after, { ...careful, image: two });
  expect(fixed.state).toMatchObject({ digest: two, currentRevision: 2 });
});

test("replicas that were replaced already return to the old image", async () => {
  await using home = await ServiceHome.make();
  const one = await home.image("one");
  const two = await home.image("two");
  const first = await home.up(undefined, { ...base, image: one, replicas: 3 });
  let readyCount = 0;
  // The third new one dies as soon as it runs.
  home.onPoint = (point) => {
    if (point !== "booted" || ++readyCount !== 3) return;
    throw new Error("the third one failed");
  };
  const { message, after } = await home.failingUp(first, { ...base, image: two, replicas: 3 });
  expect(message).toContain("the third one failed");
  expect(message).toContain("Rolled back: all 3 replicas");
  expect(instancesOf(after).map(({ digest }) => digest)).toEqual([one, one, one]);
  expect(await (await fetch(urlOf(after))).text()).toContain("version one");
});

test("a paused rollout stays as it is, and the next update goes on from there", async () => {
  await using home = await ServiceHome.make();
  const one = await home.image("one");
  const two = await home.image("two");
  const paused = { ...base, rollout: { onFailure: "pause" } };
  const first = await home.up(undefined, { ...paused, image: one });
  let count = 0;
  home.onPoint = (point) => {
    if (point === "booted" && ++count === 2) throw new Error("a bad moment");
  };
  const { message, after } = await home.failingUp(first, { ...paused, image: two });
  expect(message).toContain("The rollout is paused where it failed");
  expect(new Set(instancesOf(after).map(({ digest }) => digest))).toEqual(new Set([one, two]));
  expect(after.state).toMatchObject({ digest: one, currentRevision: 1 });
  const second = await home.up(after, { ...paused, image: two });
  expect(instancesOf(second).map(({ digest }) => digest)).toEqual([two, two]);
  expect(await home.guestIds()).toHaveLength(2);
});

test("a dead replica is noticed, and only it is replaced", async () => {
  await using home = await ServiceHome.make();
  const image = await home.image("one");
  const first = await home.up(undefined, { ...base, image, replicas: 3 });
  const [dead, ...others] = instancesOf(first).map(({ id }) => id);
  await home.driver.stop(dead ?? "");
  const refreshed = await home.refreshed(first);
  expect(instancesOf(refreshed).map(({ ready }) => ready)).toEqual([false, true, true]);
  const repaired = await home.up(refreshed, { ...base, image, replicas: 3 });
  const ids = instancesOf(repaired).map(({ id }) => id);
  expect(ids).toHaveLength(3);
  expect(ids).toEqual(expect.arrayContaining(others));
  expect(ids).not.toContain(dead);
  expect(repaired.state.currentRevision).toBe(1);
});

test("scaling touches nothing else", async () => {
  await using home = await ServiceHome.make();
  const image = await home.image("one");
  const first = await home.up(undefined, { ...base, image, replicas: 1 });
  const ids = instancesOf(first).map(({ id }) => id);
  const three = await home.up(first, { ...base, image, replicas: 3 });
  expect(instancesOf(three)).toHaveLength(3);
  expect(instancesOf(three).map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
  const one = await home.up(three, { ...base, image, replicas: 1 });
  expect(instancesOf(one).map(({ id }) => id)).toEqual(ids);
});

test("blueGreen moves all requests at once, after all new ones are ready", async () => {
  await using home = await ServiceHome.make();
  const one = await home.image("one");
  const two = await home.image("two");
  const blueGreen = { ...base, rollout: { strategy: "blueGreen" } };
  const first = await home.up(undefined, { ...blueGreen, image: one });
  const load = new Load(urlOf(first), { users: 4, pauseMs: 2 });
  const second = await home.up(first, { ...blueGreen, image: two });
  const { failures } = await load.stop();
  expect(failures).toEqual([]);
  expect(instancesOf(second).map(({ digest }) => digest)).toEqual([two, two]);
});

test("requests under way are answered before a replica stops", async () => {
  await using home = await ServiceHome.make();
  // It ends at once when it is stopped: only waiting before saves the request.
  const program = { ...base, replicas: 1, shutdownTimeout: "0s" };
  const first = await home.up(undefined, { ...program, image: await home.image("one") });
  const slow = fetch(`${urlOf(first)}/slow`).then((answer) => answer.text());
  await new Promise((resolve) => setTimeout(resolve, 100));
  await home.up(first, { ...program, image: await home.image("two") });
  expect(await slow).toBe("version one, -\n");
});

test("an earlier revision is one line away, and previewed like any other change", async () => {
  await using home = await ServiceHome.make();
  const one = await home.image("one");
  const two = await home.image("two");
  const first = await home.up(undefined, { ...base, image: one, env: { GREETING: "old" } });
  const second = await home.up(first, { ...base, image: two });
  const news = { ...base, image: two, revision: 1 };
  const planned = await home.preview(second, news);
  expect(planned).toMatchObject({ digest: one, currentRevision: 1 });
  expect(planned.plan).toContain("env: +GREETING");
  const back = await home.up(second, news);
  expect(back.state).toMatchObject({ digest: one, currentRevision: 1, image: two });
  expect(await (await fetch(urlOf(back))).text()).toBe("version one, old\n");
  const history = back.state.history as readonly { revision: number; image: string }[];
  expect(history.map(({ revision, image }) => [revision, image])).toEqual([
    [1, one],
    [2, two],
  ]);
  await expect(home.preview(back, { ...news, revision: 7 })).rejects.toThrow(
    "revision: there is no revision 7 in the history; there are 1, 2",
  );
});

test("a front that has died is started again, and nothing else touched", async () => {
  await using home = await ServiceHome.make();
  const image = await home.image("one");
  const first = await home.up(undefined, { ...base, image });
  const front = async () => (await findFronts(serviceFiles(home.directory, first.id)))[0]?.pid ?? 0;
  process.kill(await front(), "SIGKILL");
  await expect(fetch(urlOf(first))).rejects.toThrow();
  const second = await home.up(first, { ...base, image });
  expect(instancesOf(second).map(({ id }) => id)).toEqual(instancesOf(first).map(({ id }) => id));
  expect((await fetch(urlOf(second))).status).toBe(200);
});

test("another port is taken over without stopping a replica", async () => {
  await using home = await ServiceHome.make();
  const image = await home.image("one");
  const first = await home.up(undefined, { ...base, image });
  const host = await freePort();
  const second = await home.up(first, { ...base, image, ports: [{ guest: 80, host }] });
  expect(urlOf(second)).toBe(`http://127.0.0.1:${host}`);
  expect((await fetch(urlOf(second))).status).toBe(200);
  expect(instancesOf(second).map(({ id }) => id)).toEqual(instancesOf(first).map(({ id }) => id));
});

test("what cannot work is refused before anything is started, all of it at once", async () => {
  await using home = await ServiceHome.make();
  const image = await home.image("one");
  const first = await home.up(undefined, { ...base, image });
  const taken = Number(new URL(urlOf(first)).port);
  const refused = home.checked({
    ...{
      ...base,
      image,
      replicas: 300,
      driver: "libvirt",
      ports: [{ guest: 80, protocol: "udp" }],
    },
    rollout: { maxSurge: 0, strategy: "canary", deadline: "soon" },
    ...{ secrets: { A: 1 }, env: { B: "1" }, volumes: [] },
  });
  for (const text of [
    'a Service has no property \\"volumes\\"',
    'must be \\"qemu\\" or \\"sandbox\\"',
    'must be \\"http\\" or \\"tcp\\", not \\"udp\\"; HAProxy does not pass UDP on',
    '"secrets.A","reason":"must be a string"',
    "must be a whole number from 0 to 256, not 300",
    'must be \\"rolling\\" or \\"blueGreen\\", not \\"canary\\"',
    'must be a duration such as \\"30s\\", not \\"soon\\"',
  ]) {
    await expect(refused).rejects.toThrow(text);
  }
  const urn = `${URN}-other`;
  const { failures } = await home.resource.check(silentContext(undefined, urn), {
    ...{ olds: {}, randomSeed: new Uint8Array() },
    news: { ...base, image, driver: "sandbox", ports: [{ guest: 80, host: taken }] },
  });
  expect(failures).toMatchObject([
    { property: "ports[0].host", reason: expect.stringContaining(`by the service ${first.id}`) },
  ]);
});

test("delete leaves nothing", async () => {
  await using home = await ServiceHome.make();
  const image = await home.image("one");
  const { id, state } = await home.up(undefined, { ...base, image });
  await home.resource.delete(home.context(), { id, state, timeoutSeconds: 0 });
  expect(await home.guestIds()).toEqual([]);
  expect(await readdir(join(home.directory, "services"))).toEqual([]);
  expect(processesOf(home.directory)).toEqual([]);
});
