// Mistakes in the program or the application: one clear error in preview, before anything is
// changed. `up` of a running stack with the same mistake changes nothing either.
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { changesIn, errorsIn } from "./support/events.ts";
import { qemuProcessesOf } from "./support/home.ts";
import { freePort, get } from "./support/network.ts";
import { editFile, type ProgramOptions, writeApplication } from "./support/program.ts";
import { Project } from "./support/project.ts";

let project: Project;
let url: string;
let qemu: readonly number[];
let good: ProgramOptions;
const runningQemu = () => qemuProcessesOf(project.home).map(({ pid }) => pid);

beforeAll(async () => {
  project = await new Project().init();
  good = { guest: { hostPort: await freePort() } };
  project.program(good);
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  url = (await project.outputs()).url as string;
  qemu = runningQemu();
});
afterAll(() => project.dispose());
beforeEach(() => {
  project.program(good);
  writeApplication("web", project.app);
});

/** Both operations fail with a message like this, and the guest goes on. */
async function expectRefused(...parts: readonly (string | RegExp)[]): Promise<void> {
  for (const operation of ["preview", "up"] as const) {
    const run = await project[operation]();
    expect(run.status, run.output).not.toBe(0);
    const message = errorsIn(run.events);
    for (const part of parts) expect(message).toMatch(part);
  }
  expect(runningQemu()).toEqual(qemu);
  expect((await get(url)).status).toBe(200);
}

describe("names", () => {
  test("an unknown library, with the nearest name", async () => {
    project.program({ ...good, libraries: ["lwip", "htpd"] });
    await expectRefused("libraries[1]", '"htpd"', 'did you mean "httpd"');
  });

  test("an unknown option, with the nearest name", async () => {
    project.program({ ...good, options: { LWIP_TCP_WDN: 4096 } });
    await expectRefused("options.LWIP_TCP_WDN", /did you mean "?LWIP_TCP_WND/);
  });

  test("several mistakes at once", async () => {
    project.program({
      ...good,
      libraries: ["lwipp", "htpd"],
      options: { NO_SUCH_OPTION_AT_ALL: 1 },
    });
    await expectRefused("libraries[0]", "libraries[1]", "options.NO_SUCH_OPTION_AT_ALL");
  });

  test("an unknown property", async () => {
    project.program({ ...good, image: "  ...({ optimise: 'size' } as object)," });
    await expectRefused('"optimise"', 'did you mean "optimize"');
  });
});

describe("options", () => {
  test("an option whose dependency is off names the dependency", async () => {
    project.program({ libraries: [], options: { LWIP_TCP_WND: 8192 } });
    const run = await project.preview();
    expect(run.status).not.toBe(0);
    expect(errorsIn(run.events)).toMatch("options.LWIP_TCP_WND");
    expect(errorsIn(run.events)).toMatch(/LIB_LWIP|LWIP_TCP\b/);
  });

  test("a value out of range", async () => {
    project.program({ ...good, options: { LWIP_TCP_WND: 70_000_000 } });
    await expectRefused("options.LWIP_TCP_WND", /range|between|at most/);
  });

  test("a value of the wrong type", async () => {
    project.program({ ...good, options: { LWIP_TCP_WND: "wide" } });
    await expectRefused("options.LWIP_TCP_WND", "wide");
  });
});

describe("the application", () => {
  test("a directory that does not exist", async () => {
    project.program({ ...good, app: "./no-such-application" });
    await expectRefused("app", "no-such-application", /does not exist/);
  });

  test("a C error with the user's file and line", async () => {
    editFile(
      join(project.app, "main.c"),
      "int main(void)\n{",
      "int main(void)\n{\n\tundeclared();",
    );
    await expectRefused(/main\.c:\d+/, "undeclared");
    const [, line] = /main\.c:(\d+)/.exec(errorsIn((await project.preview()).events)) ?? [];
    expect(Number(line)).toBeGreaterThan(1);
  });

  test("a header of a library that is not declared", async () => {
    project.program({ ...good, libraries: ["lwip"] });
    await expectRefused("httpd.h", /main\.c:\d+/);
  });

  test("after all of that, nothing is to be done", async () => {
    expect(changesIn((await project.preview()).events)).toEqual([]);
  });
});

describe("the guest", () => {
  test("memory that is no size", async () => {
    const program = { ...good, image: "" };
    project.program(program);
    project.editProgram('memory: "32MiB"', 'memory: "plenty"');
    await expectRefused("memory", "plenty");
  });

  test("a driver that does not exist", async () => {
    project.editProgram('memory: "32MiB"', 'memory: "32MiB", driver: "quemu"');
    await expectRefused("driver", "quemu", "qemu");
  });

  test("a port that is none", async () => {
    project.editProgram("guest: 80", "guest: 80000");
    await expectRefused("ports[0].guest", "80000");
  });
});
