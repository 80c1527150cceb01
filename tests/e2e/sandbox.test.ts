// A sandboxed guest through the real engine: up, replacement without a gap, a death, and the end.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findAll } from "../../provider/src/drivers/guest-processes.ts";
import { recordFiles } from "../../provider/src/drivers/guest-record.ts";
import { changesIn } from "./support/events.ts";
import { guestDirectories, processesOf } from "./support/home.ts";
import { freePort, get } from "./support/network.ts";
import { editFile } from "./support/program.ts";
import { Project } from "./support/project.ts";

describe("a sandboxed guest's life", () => {
  let project: Project;
  let hostPort: number;
  const program = (driver: "qemu" | "sandbox") =>
    project.program({
      image: '  platform: "linux",',
      guest: { hostPort, driver: JSON.stringify(driver) },
    });
  const tenders = async () => {
    const found = guestDirectories(project.home).map((id) =>
      findAll(recordFiles(project.home, id), (args) =>
        args[1] === "--guest" && args[2] === id ? "tender" : undefined,
      ),
    );
    return (await Promise.all(found)).flat().map(({ pid }) => pid);
  };

  beforeAll(async () => {
    project = await new Project().init();
    hostPort = await freePort();
  });
  afterAll(() => project.dispose());

  test("an image of another platform is refused before anything is started", async () => {
    program("qemu");
    const run = await project.up();
    expect(run.status).not.toBe(0);
    expect(run.output).toContain('built for the platform "linux"');
    expect(await tenders()).toEqual([]);
  });

  test("up starts it and waits until it answers", async () => {
    program("sandbox");
    const run = await project.up();
    expect(run.status, run.output).toBe(0);
    const { url } = await project.outputs();
    expect(url).toBe(`http://127.0.0.1:${hostPort}`);
    expect(await get(`${url}`)).toMatchObject({
      status: 200,
      body: expect.stringContaining("page one"),
    });
    expect(changesIn((await project.preview()).events)).toEqual([]);
  });

  test("another image replaces it at the same port", async () => {
    const before = await tenders();
    editFile(join(project.app, "main.c"), "page one", "page two");
    const run = await project.up();
    expect(run.status, run.output).toBe(0);
    expect((await get(`http://127.0.0.1:${hostPort}`)).body).toContain("page two");
    const after = await tenders();
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  });

  test("one that was killed is started again after a refresh", async () => {
    const [pid = 0] = await tenders();
    process.kill(pid, "SIGKILL");
    const refresh = await project.refresh();
    expect(refresh.status, refresh.output).toBe(0);
    const run = await project.up();
    expect(run.status, run.output).toBe(0);
    expect((await get(`http://127.0.0.1:${hostPort}`)).status).toBe(200);
  });

  test("destroy leaves nothing", async () => {
    const run = await project.destroy();
    expect(run.status, run.output).toBe(0);
    expect(guestDirectories(project.home)).toEqual([]);
    expect(processesOf(project.home)).toEqual([]);
  });
});
