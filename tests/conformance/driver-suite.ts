// What every driver must do, written against drivers/driver.ts alone. A driver's own test file
// calls this with a fixture and adds what only that driver has.
import { afterEach, beforeEach, describe, expect, type TestContext, test } from "vitest";
import type { Driver, GuestSpec } from "../../provider/src/drivers/driver.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import type { TinyGuest } from "./qemu-driver-guest.ts";
import { freePort, tcp } from "./qemu-driver-home.ts";

export interface DriverFixture extends AsyncDisposable {
  readonly driver: Driver;
  spec(guest: TinyGuest, changes?: Partial<GuestSpec>): Promise<GuestSpec>;
}

const never = new AbortController().signal;
const AGAINST_SLOW_MACHINES = { everyMs: 10, timeoutMs: 20_000 };

/** `lacks`: what guests of this driver cannot do, and why: reset their machine, have the ports of
 * their host. */
export function driverSuite(
  name: string,
  makeFixture: () => Promise<DriverFixture>,
  lacks: { readonly reset?: string; readonly ports?: string } = {},
): void {
  describe(`the driver ${name}`, () => {
    let fixture: DriverFixture;
    const ports = lacks.ports === undefined ? [tcp(0, 80)] : [];
    const needsPorts = (context: TestContext) => {
      if (lacks.ports !== undefined) context.skip(lacks.ports);
    };
    beforeEach(async () => {
      fixture = await makeFixture();
    });
    afterEach(() => fixture[Symbol.asyncDispose]());

    const consoleShows = (id: string, line: string) =>
      poll(async () => {
        const lines = await fixture.driver.consoleTail(id, 50);
        return lines.includes(line) ? lines : undefined;
      }, AGAINST_SLOW_MACHINES);
    const reaches = (id: string, state: string) =>
      poll(async () => {
        const status = await fixture.driver.status(id);
        return status.state === state ? status : undefined;
      }, AGAINST_SLOW_MACHINES);

    test("is usable here", async () => {
      expect(await fixture.driver.unavailable()).toBeNull();
    });

    test("starts a guest, says how it is, and removes it", async () => {
      const spec = await fixture.spec({ text: "up\n" }, { ports });
      expect((await fixture.driver.status(spec.id)).state).toBe("absent");
      const status = await fixture.driver.apply(spec, never);
      expect(status.state).toBe("running");
      const port = { guest: 80, protocol: "tcp", address: "127.0.0.1" };
      expect(status.ports).toMatchObject(ports.map(() => port));
      for (const { host } of status.ports) expect(host).toBeGreaterThan(0);
      expect(await consoleShows(spec.id, "up")).toBeDefined();
      await fixture.driver.remove(spec.id);
      expect((await fixture.driver.status(spec.id)).state).toBe("absent");
      expect(await fixture.driver.guests()).toEqual([]);
    });

    test("hands arguments and environment to the guest", async () => {
      const args = ["--port", "80 81", "ü"];
      const env = { TOKEN: "hush", EMPTY: "" };
      const spec = await fixture.spec({ showConfiguration: true }, { args, env });
      await fixture.driver.apply(spec, never);
      const lines = await consoleShows(spec.id, "env:TOKEN=hush");
      expect(lines?.[0]).toBe("unikernel-config/1");
      expect(lines).toEqual(expect.arrayContaining(["arg:--port", "arg:80 81", "env:EMPTY="]));
      expect(await fixture.driver.configuration(spec.id)).toEqual({ args, env });
    });

    test("changes nothing when the guest already is as described", async () => {
      const spec = await fixture.spec({}, { env: { A: "1" }, ports });
      const first = await fixture.driver.apply(spec, never);
      const second = await fixture.driver.apply(spec, never);
      expect(second.startedAt).toEqual(first.startedAt);
      expect(second.ports).toEqual(first.ports);
    });

    test("starts it again when its description changes", async () => {
      const spec = await fixture.spec({ showConfiguration: true }, { env: { A: "1" } });
      const first = await fixture.driver.apply(spec, never);
      const second = await fixture.driver.apply({ ...spec, env: { A: "2" } }, never);
      expect(second.startedAt).not.toEqual(first.startedAt);
      expect(await consoleShows(spec.id, "env:A=2")).not.toContain("env:A=1");
    });

    test("removing what is not there succeeds", async () => {
      await fixture.driver.remove("never-was");
      const spec = await fixture.spec({});
      await fixture.driver.apply(spec, never);
      await fixture.driver.remove(spec.id);
      await fixture.driver.remove(spec.id);
    });

    test.each([0, 1, 68, 126])("learns the exit status %i", async (exit) => {
      const spec = await fixture.spec({ exit });
      await fixture.driver.apply(spec, never);
      expect(await reaches(spec.id, "stopped")).toMatchObject({ exitStatus: exit });
    });

    test("learns large exit statuses from the console", async () => {
      const spec = await fixture.spec({ text: "[unikernel] exit 200\n", exit: 127 });
      await fixture.driver.apply(spec, never);
      expect(await reaches(spec.id, "stopped")).toMatchObject({ exitStatus: 200 });
    });

    test("knows a crash", async () => {
      const text = '[unikernel] crash {"reason":"page fault"}\n[unikernel] exit 134\n';
      const spec = await fixture.spec({ text, exit: 127 });
      await fixture.driver.apply(spec, never);
      expect(await reaches(spec.id, "crashed")).toMatchObject({ exitStatus: 134 });
    });

    test("a reset ends the guest, without a status", async (context) => {
      if (lacks.reset !== undefined) context.skip(lacks.reset);
      const spec = await fixture.spec({ reset: true });
      await fixture.driver.apply(spec, never);
      expect((await reaches(spec.id, "stopped"))?.exitStatus).toBeUndefined();
    });

    test("runs a guest again that has ended", async () => {
      const spec = await fixture.spec({ text: "once\n", exit: 3 });
      const first = await fixture.driver.apply(spec, never);
      await reaches(spec.id, "stopped");
      const second = await fixture.driver.apply(spec, never);
      expect(second.startedAt?.getTime()).toBeGreaterThan(first.startedAt?.getTime() ?? Infinity);
      expect(await reaches(spec.id, "stopped")).toMatchObject({ exitStatus: 3 });
    });

    test("refuses a port that a guest of somebody else has", async (context) => {
      needsPorts(context);
      const port = await freePort();
      const one = await fixture.spec({}, { ports: [tcp(port, 80)] });
      const two = await fixture.spec({}, { ports: [tcp(port, 80)], owner: "urn:other" });
      await fixture.driver.apply(one, never);
      const problems = await fixture.driver.portProblems("urn:other", two.ports);
      expect(problems).toEqual([{ index: 0, reason: expect.stringContaining(one.id) }]);
      await expect(fixture.driver.apply(two, never)).rejects.toThrow(`port ${port}`);
      expect((await fixture.driver.status(two.id)).state).toBe("absent");
      expect(await fixture.driver.portProblems(one.owner, two.ports)).toEqual([]);
    });

    test("a successor takes over ports only when it is told to", async (context) => {
      needsPorts(context);
      const wanted = [tcp(await freePort(), 80)];
      const old = await fixture.spec({}, { ports: wanted });
      const next = await fixture.spec({}, { ports: wanted });
      await fixture.driver.apply(old, never);
      const started = await fixture.driver.apply(next, never);
      expect(started.ports[0]?.host).not.toBe(wanted[0]?.host);
      expect((await fixture.driver.status(old.id)).ports).toEqual(wanted);
      expect(await fixture.driver.takePorts(next.id, wanted)).toEqual(wanted);
      expect(await fixture.driver.takePorts(next.id, wanted)).toEqual(wanted);
      expect((await fixture.driver.status(next.id)).ports).toEqual(wanted);
      expect(await fixture.driver.status(old.id)).toMatchObject({ state: "running", ports: [] });
      await fixture.driver.remove(old.id);
      expect((await fixture.driver.status(next.id)).ports).toEqual(wanted);
    });

    test("a predecessor gets its ports back when the successor goes", async (context) => {
      needsPorts(context);
      const wanted = [tcp(await freePort(), 80), tcp(await freePort(), 81)];
      const old = await fixture.spec({}, { ports: wanted });
      const next = await fixture.spec({}, { ports: wanted });
      await fixture.driver.apply(old, never);
      await fixture.driver.apply(next, never);
      await fixture.driver.takePorts(next.id, wanted);
      await fixture.driver.remove(next.id);
      expect((await fixture.driver.status(old.id)).ports).toEqual(wanted);
    });

    test("remembers whom a guest belongs to", async () => {
      const spec = await fixture.spec({});
      await fixture.driver.apply(spec, never);
      expect(await fixture.driver.guests()).toMatchObject([
        { id: spec.id, owner: "urn:test", progress: "creating", memoryBytes: spec.memoryBytes },
      ]);
      await fixture.driver.mark(spec.id, "urn:renamed", "kept");
      expect(await fixture.driver.guests()).toMatchObject([
        { id: spec.id, owner: "urn:renamed", progress: "kept" },
      ]);
      await fixture.driver.mark("never-was", "urn:test", "kept");
    });

    test("stops waiting when it is cancelled", async () => {
      const spec = await fixture.spec({});
      const reason = new Error("cancelled by the test");
      await expect(fixture.driver.apply(spec, AbortSignal.abort(reason))).rejects.toBe(reason);
      await fixture.driver.remove(spec.id);
      expect((await fixture.driver.status(spec.id)).state).toBe("absent");
    });

    test("nothing accepts connections in a guest without a network", async (context) => {
      needsPorts(context);
      const spec = await fixture.spec({}, { ports: [tcp(0, 80)] });
      const [port] = (await fixture.driver.apply(spec, never)).ports;
      if (port === undefined) throw new Error("no port was forwarded");
      const limits = { timeoutMs: 300, signal: never };
      expect(await fixture.driver.accepts(spec.id, port, limits)).toBe(false);
    });
  });
}
