// The main story: up, no change, an edit, a crash of QEMU, and the end.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changesIn, resultOf, stepOf } from "./support/events.ts";
import { guestDirectories, keptImages, processesOf, qemuProcessesOf } from "./support/home.ts";
import { eventually, freePort, get } from "./support/network.ts";
import { editFile } from "./support/program.ts";
import { Project } from "./support/project.ts";

describe("a guest's life", () => {
  let project: Project;
  let url: string;
  let digest: unknown;
  let qemu: number | undefined;

  beforeAll(async () => {
    project = await new Project().init();
    project.program({ guest: { hostPort: await freePort() } });
  });
  afterAll(() => project.dispose());

  test("up builds, boots and waits until it answers", { timeout: 600_000 }, async () => {
    const run = await project.up();
    expect(run.status, run.output).toBe(0);
    const outputs = await project.outputs();
    url = outputs.url as string;
    digest = outputs.digest;
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await get(url)).toMatchObject({
      status: 200,
      body: expect.stringContaining("page one"),
    });
    qemu = qemuProcessesOf(project.home)[0]?.pid;
    expect(qemu).toBeDefined();
    expect(keptImages(project)).toEqual([digest, digest]);
  });

  test("the result tells why each library is there", async () => {
    const { libraries } = await project.outputs();
    expect(libraries).toContainEqual(
      expect.objectContaining({ name: "httpd", reason: "declared" }),
    );
    expect(libraries).toContainEqual(
      expect.objectContaining({
        name: "virtio-net",
        reason: expect.stringContaining("selected by"),
      }),
    );
  });

  test("preview then shows no change, and up does nothing", async () => {
    const preview = await project.preview();
    expect(preview.status, preview.output).toBe(0);
    expect(changesIn(preview.events)).toEqual([]);
    const up = await project.up();
    expect(changesIn(up.events)).toEqual([]);
    expect(qemuProcessesOf(project.home).map(({ pid }) => pid)).toEqual([qemu]);
  });

  test("after an edit, preview names exactly what changes, and the new digest", async () => {
    editFile(join(project.app, "main.c"), "page one", "page two");
    const { events, output, status } = await project.preview();
    expect(status, output).toBe(0);
    const changes = changesIn(events);
    expect(changes[0]).toBe("update Image web");
    expect(new Set(changes.slice(1).map((change) => change.split(" ").slice(1).join(" ")))).toEqual(
      new Set(["Guest web"]),
    );
    expect(changes).toContain("create-replacement Guest web");
    const image = stepOf(events, "Image");
    expect(image?.detailedDiff).toMatchObject({ sourceHash: { inputDiff: true } });
    const next = resultOf(events, "Image")?.new?.outputs.digest;
    expect(next).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(next).not.toBe(digest);
    // Nothing has happened yet.
    expect((await get(url)).body).toContain("page one");
    digest = next;
  });

  test("up serves the new page with the digest of the preview", async () => {
    const run = await project.up();
    expect(run.status, run.output).toBe(0);
    const outputs = await project.outputs();
    expect(outputs.digest).toBe(digest);
    expect(outputs.url).toBe(url);
    expect((await get(url)).body).toContain("page two");
    expect(guestDirectories(project.home)).toHaveLength(1);
    const processes = qemuProcessesOf(project.home);
    expect(processes).toHaveLength(1);
    expect(processes[0]?.pid).not.toBe(qemu);
  });

  test("after kill -9 of QEMU, refresh reports it gone and up starts it again", async () => {
    const [process_] = qemuProcessesOf(project.home);
    if (process_ === undefined) throw new Error("no QEMU runs");
    process.kill(process_.pid, "SIGKILL");
    await eventually("QEMU is gone", () => qemuProcessesOf(project.home).length === 0);
    const refresh = await project.refresh();
    expect(refresh.status, refresh.output).toBe(0);
    expect(resultOf(refresh.events, "Guest")?.new ?? null).toBeNull();
    const up = await project.up();
    expect(up.status, up.output).toBe(0);
    expect(changesIn(up.events)).toEqual(["create Guest web"]);
    expect((await get((await project.outputs()).url as string)).body).toContain("page two");
  });

  test("destroy leaves no process and no guest's directory", async () => {
    const run = await project.destroy();
    expect(run.status, run.output).toBe(0);
    expect(guestDirectories(project.home)).toEqual([]);
    expect(processesOf(project.directory)).toEqual([]);
    expect(keptImages(project)).toEqual([]);
    await expect(get(url, 1_000)).rejects.toThrow();
  });
});

describe("a comment-only edit", () => {
  let project: Project;
  beforeAll(async () => {
    project = await new Project().init();
  });
  afterAll(() => project.dispose());

  test("changes the sourceHash, not the digest, and leaves the guest alone", async () => {
    project.program({ guest: { hostPort: await freePort() } });
    const first = await project.up();
    expect(first.status, first.output).toBe(0);
    const before = await project.outputs();
    const qemu = qemuProcessesOf(project.home).map(({ pid }) => pid);

    editFile(join(project.app, "main.c"), "// The page", "// The one page");
    const preview = await project.preview();
    expect(preview.status, preview.output).toBe(0);
    expect(changesIn(preview.events)).toEqual(["update Image web"]);
    expect(resultOf(preview.events, "Image")?.new?.outputs.digest).toBe(before.digest);

    const up = await project.up();
    expect(up.status, up.output).toBe(0);
    expect(changesIn(up.events)).toEqual(["update Image web"]);
    const after = await project.outputs();
    expect(after.digest).toBe(before.digest);
    expect(after.sourceHash).not.toBe(before.sourceHash);
    expect(qemuProcessesOf(project.home).map(({ pid }) => pid)).toEqual(qemu);
  });

  test("a missing guest directory does not keep destroy from finishing", async () => {
    for (const { pid } of qemuProcessesOf(project.home)) process.kill(pid, "SIGKILL");
    rmSync(join(project.home, "guests"), { recursive: true, force: true });
    const run = await project.destroy();
    expect(run.status, run.output).toBe(0);
  });
});
