// The example with a database through the real engine, on each driver without privileges: what was
// answered as stored is there after another image, and after a crash.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { processesOf } from "./support/home.ts";
import { eventually, freePort, get } from "./support/network.ts";
import { editFile } from "./support/program.ts";
import { Project } from "./support/project.ts";

const example = join(import.meta.dirname, "../../examples/c-sqlite");
const TIMEOUT_MS = 600_000;

describe.each(["qemu", "sandbox"])("on %s", (driver) => {
  test("notes survive an edit and a crash", { timeout: TIMEOUT_MS }, async () => {
    const project = await new Project().init();
    onTestFinished(() => project.dispose());
    rmSync(project.app, { recursive: true });
    mkdirSync(project.app);
    cpSync(join(example, "app"), project.app, { recursive: true });
    cpSync(join(example, "index.ts"), join(project.directory, "index.ts"));
    const hostPort = await freePort();
    const url = `http://127.0.0.1:${hostPort}`;
    const settings = { driver, hostPort, deletionProtection: false };
    for (const [name, value] of Object.entries(settings)) {
      await project.must(["config", "set", name, String(value), "--stack", project.stack]);
    }
    const up = async () => {
      const run = await project.up();
      expect(run.status, run.output).toBe(0);
    };
    const post = async (body: string) => {
      const response = await fetch(`${url}/notes`, { method: "POST", body });
      return { status: response.status, body: await response.text() };
    };
    const texts = async (query = "") => {
      const response = await get(`${url}/notes${query}`);
      return (JSON.parse(response.body) as { text: string }[]).map(({ text }) => text);
    };

    await up();
    expect(await post("first")).toEqual({ status: 201, body: '{"id":1}\n' });
    expect(await post(`it's "second"`)).toEqual({ status: 201, body: '{"id":2}\n' });
    expect((await post("")).status).toBe(400);
    expect((await post("x".repeat(1001))).body).toContain("CHECK constraint failed");

    editFile(join(project.app, "main.c"), "Notes one", "Notes two");
    await up();
    expect((await get(url)).body).toMatch(/^Notes two, SQLite 3\./);
    expect(await texts()).toEqual([`it's "second"`, "first"]);

    expect((await post("third")).status).toBe(201);
    const guests = () =>
      processesOf(project.home).filter(({ commandLine }) =>
        /^\S*(qemu-system-x86_64|\/tender) /.test(commandLine),
      );
    expect(guests()).not.toEqual([]);
    for (const { pid } of guests()) process.kill(pid, "SIGKILL");
    await eventually("the guest is gone", () => guests().length === 0);
    expect((await project.refresh()).status).toBe(0);
    await up();
    expect(await texts("?ir")).toEqual(["third", "first"]);
    expect((await project.destroy()).status).toBe(0);
  });
});
