// What is said once of the provider, in a stack's configuration or in the program, through the
// real engine; and how a guest is ended and kept running.
import { existsSync, readFileSync, renameSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordFiles } from "../../provider/src/drivers/guest-record.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import { changesIn } from "./support/events.ts";
import { guestDirectories, processesOf } from "./support/home.ts";
import { freePort, get } from "./support/network.ts";
import { Project } from "./support/project.ts";

/** It ends when it is asked to, after the requests under way. */
const application = join(import.meta.dirname, "../../examples/http-server/app");
let project: Project;
let hostPort: number;

function program(settings: { readonly provider?: string; readonly guest?: string } = {}): void {
  const { provider, guest = "" } = settings;
  project.write(
    "index.ts",
    `import * as unikernel from "pulumi-unikernel";
const provider = ${provider === undefined ? "undefined" : `new unikernel.Provider("own", ${provider})`};
const image = new unikernel.Image("web", {
  app: ${JSON.stringify(application)},
  libraries: ["lwip", "httpd"],
  platform: "linux",
}, { provider });
const web = new unikernel.Guest("web", {
  image,
  ports: [{ host: ${hostPort}, guest: 80 }],
  healthCheck: { http: "/healthz" },
  ${guest}
}, { provider });
export const driver = web.driver;
export const restarts = web.restarts;
`,
  );
}

const store = () => join(project.directory, "store-of-the-stack");
const configure = (name: string, value: string) =>
  project.must(["config", "set", "--stack", project.stack, `unikernel:${name}`, value]);

beforeAll(async () => {
  project = await new Project().init();
  hostPort = await freePort();
});
afterAll(() => project.dispose());

test("a setting that there is not is refused with the one that was meant", async () => {
  program();
  await configure("drivr", "sandbox");
  await configure("parallelism", "many");
  const run = await project.up();
  expect(run.status).not.toBe(0);
  expect(run.output).toContain('no setting named "drivr"; did you mean "driver"?');
  expect(run.output).toContain('must be a whole number from 1 to 1024, not "many"');
  expect(guestDirectories(project.home)).toEqual([]);
  await project.must(["config", "rm", "--stack", project.stack, "unikernel:drivr"]);
});

test("a stack's configuration says the driver, the store and how many compilers run", async () => {
  renameSync(join(project.home, "store"), store());
  await configure("driver", "sandbox");
  await configure("store", store());
  await configure("parallelism", "1");
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect(await project.outputs()).toMatchObject({ driver: "sandbox", restarts: 0 });
  expect(existsSync(join(project.home, "store"))).toBe(false);
  expect((await get(`http://127.0.0.1:${hostPort}`)).status).toBe(200);
  expect(changesIn((await project.preview()).events)).toEqual([]);
});

test("how it is ended and kept running changes without touching it", async () => {
  program({ guest: 'shutdownTimeout: "20s", restart: { policy: "always", backoff: "10ms" },' });
  const [id] = guestDirectories(project.home);
  const pids = processesOf(project.home).map(({ pid }) => pid);
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect(guestDirectories(project.home)).toEqual([id]);
  expect(processesOf(project.home).map(({ pid }) => pid)).toEqual(pids);
});

test("it is started again without Pulumi, and refresh tells how often", async () => {
  const [id = ""] = guestDirectories(project.home);
  const { directory } = recordFiles(project.home, id);
  const record = JSON.parse(readFileSync(join(directory, "guest.json"), "utf8"));
  process.kill(record.process.pid, "SIGKILL");
  const answers = async () => {
    const state = readFileSync(join(directory, "state"), "utf8");
    if (/^restarts 0$/m.test(state)) return undefined;
    return (await get(`http://127.0.0.1:${hostPort}`).catch(() => undefined))?.status === 200
      ? true
      : undefined;
  };
  expect(await poll(answers, { everyMs: 50, timeoutMs: 30_000 })).toBe(true);
  const refreshed = await project.refresh();
  expect(refreshed.status, refreshed.output).toBe(0);
  expect(changesIn((await project.preview()).events)).toEqual([]);
  const up = await project.up();
  expect(up.status, up.output).toBe(0);
  expect((await project.outputs()).restarts).toBeGreaterThan(0);
});

test("a server that is replaced or destroyed ends its requests and itself", async () => {
  const [id = ""] = guestDirectories(project.home);
  const { directory } = recordFiles(project.home, id);
  const log = join(directory, "console.log");
  const socket = connect(hostPort, "127.0.0.1");
  let answers = "";
  const ended = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  socket.on("data", (bytes) => {
    answers += bytes;
  });
  // The answer to the first says that a part of the second has arrived.
  const whole = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  socket.write(`${whole}GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab`);
  const isAnswered = () => (answers.includes("healthy") ? true : undefined);
  expect(await poll(isAnswered, { everyMs: 10, timeoutMs: 20_000 })).toBe(true);
  expect(readFileSync(log, "utf8")).not.toContain("stopped");
  const { pid } = processesOf(directory).find(({ commandLine }) =>
    commandLine.includes("--supervise"),
  ) ?? {
    pid: 0,
  };
  process.kill(pid, "SIGTERM");
  const refuses = () =>
    get(`http://127.0.0.1:${hostPort}`).then(
      () => undefined,
      () => true,
    );
  expect(await poll(refuses, { everyMs: 20, timeoutMs: 20_000 })).toBe(true);
  expect(existsSync(join(directory, "ended"))).toBe(false);
  socket.write("cd");
  await ended;
  expect(answers).toContain("Connection: close");
  expect(answers).toContain("<h1>Hello</h1>");
  const hasEnded = () => (existsSync(join(directory, "ended")) ? true : undefined);
  expect(await poll(hasEnded, { everyMs: 20, timeoutMs: 30_000 })).toBe(true);
  expect(readFileSync(join(directory, "ended"), "utf8")).toBe("exit 0\n");
  expect(readFileSync(log, "utf8")).toContain("stopped");
});

test("another default driver is a replacement, and what a guest says itself wins", async () => {
  // The one that was asked to end is gone.
  expect((await project.refresh()).status).toBe(0);
  const provider = `{ driver: "qemu", accelerator: "tcg", store: ${JSON.stringify(store())} }`;
  program({ provider, guest: 'driver: "sandbox",' });
  const own = await project.up();
  expect(own.status, own.output).toBe(0);
  expect((await project.outputs()).driver).toBe("sandbox");
  program({ provider });
  project.editProgram('platform: "linux"', 'platform: "kvm"');
  const preview = await project.preview();
  expect(preview.output).toMatch(/driver *: "sandbox" => "qemu"/);
  expect(preview.output).toContain("1 to replace");
});
