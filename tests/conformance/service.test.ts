// Services with real sandboxed guests behind a real HAProxy, without an engine.
import { expect, test } from "vitest";
import { Load } from "../support/load.ts";
import { instancesOf, ServiceHome, urlOf } from "./service-home.ts";

const base = {
  ports: [{ guest: 80 }],
  memory: "16MiB",
  healthCheck: { http: "/healthz", interval: "200ms", retries: 50 },
  replicas: 2,
};

test("a rolling update loses no request", async () => {
  await using home = await ServiceHome.make();
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
