// The driver and the Guest resource with a real image, the HTTP server of the end-to-end tests.
import { join } from "node:path";
import { buildImage, openStore, planImage, type StoredImage } from "@pulumi-unikernel/toolchain";
import { beforeAll, expect, test } from "vitest";
import type { HealthCheck } from "../../provider/src/guests/health.ts";
import { awaitHealthy } from "../../provider/src/guests/health.ts";
import { createGuest } from "../../provider/src/resources/guest.ts";
import type { PropertyMap } from "../../provider/src/values.ts";
import { checkedInputs, silentContext } from "../faults/guest-resource.ts";
import { freePort, processesBelow, TestHome, tcp } from "./qemu-driver-home.ts";

const never = new AbortController().signal;
let image: StoredImage;

beforeAll(async () => {
  const plan = await planImage({
    app: join(import.meta.dirname, "../e2e/fixtures/web"),
    libraries: ["lwip", "httpd"],
    options: {},
    optimize: "speed",
    platform: "kvm",
    architecture: "x86_64",
  });
  image = await buildImage(plan, openStore());
});

async function started(home: TestHome, check: HealthCheck) {
  const spec = await home.spec(
    {},
    {
      imagePath: image.path,
      memoryBytes: 32 * 2 ** 20,
      ports: [tcp(0, 80)],
      env: { GREETING: "salut" },
    },
  );
  const { driver } = home;
  const { startedAt, ports, consoleLogPath } = await driver.apply(spec, never);
  const startedAtMs = startedAt?.getTime() ?? Number.NaN;
  const guest = { driver, id: spec.id, startedAtMs, ports, consoleLogPath };
  const port = ports[0]?.host;
  return { times: await awaitHealthy(guest, check, never), url: `http://127.0.0.1:${port}/` };
}

test("an HTTP check ends with the first answer, and the environment has arrived", async () => {
  await using home = await TestHome.make();
  const limits = { intervalMs: 1_000, timeoutMs: 5_000, retries: 30 };
  const check: HealthCheck = { kind: "http", path: "/healthz", port: 80, ...limits };
  const { times, url } = await started(home, check);
  expect(times.firstResponseMs).toBeGreaterThan(0);
  expect(times.bootTimeMs).toBeLessThanOrEqual(times.firstResponseMs ?? 0);
  expect(await (await fetch(url)).text()).toContain("salut");
});

test("a TCP check succeeds once the guest itself accepts", async () => {
  await using home = await TestHome.make();
  const limits = { intervalMs: 1_000, timeoutMs: 5_000, retries: 30 };
  const { url } = await started(home, { kind: "tcp", port: 80, ...limits });
  expect((await fetch(url)).status).toBe(200);
});

test("while a guest is replaced, its port goes on answering", async () => {
  await using home = await TestHome.make();
  const port = await freePort();
  const guest = createGuest({
    image: async () => image,
    driver: async () => home.driver,
    programDirectory: "/program",
  });
  const news: PropertyMap = {
    image: image.manifest.digest,
    ports: [{ host: port, guest: 80 }],
    env: { GREETING: "old" },
    accelerator: "tcg",
    healthCheck: { http: "/healthz" },
  };
  const inputs = await checkedInputs(guest, news);
  const old = await guest.create(silentContext(), { inputs, preview: false, timeoutSeconds: 0 });
  await guest.diff(silentContext(), { id: old.id, olds: inputs, state: old.state, news: inputs });

  const answers: string[] = [];
  let isDone = false;
  const client = (async () => {
    while (!isDone) {
      const response = await fetch(`http://127.0.0.1:${port}/`, {
        headers: { connection: "close" },
      }).catch((error: Error) => error);
      answers.push(response instanceof Error ? "failed" : await response.text());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  const next = await guest.create(silentContext(), {
    inputs: { ...inputs, env: { GREETING: "new" } },
    preview: false,
    timeoutSeconds: 0,
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  isDone = true;
  await client;
  expect(next.state.url).toBe(`http://127.0.0.1:${port}`);
  expect(answers.at(-1)).toContain("new");
  expect(answers.filter((answer) => answer.includes("old")).length).toBeGreaterThan(3);
  // A connection may fall into the millisecond of the change; a second one would be a gap.
  expect(answers.filter((answer) => answer === "failed").length).toBeLessThanOrEqual(1);
  await guest.delete(silentContext(), { id: old.id, state: old.state, timeoutSeconds: 0 });
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain("new");
  expect(await processesBelow(home.directory)).toHaveLength(2);
});
