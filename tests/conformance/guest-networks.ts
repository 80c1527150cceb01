// What networks promise, whichever driver runs the guests: guest-networks.test.ts calls this for
// each. The guests are real, and are asked over their forwarded ports.
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Driver, GuestSpec, GuestStatus } from "../../provider/src/drivers/driver.ts";
import { networkFiles } from "../../provider/src/drivers/networks/files.ts";
import { LocalNetworks } from "../../provider/src/drivers/networks/local-networks.ts";
import type { NetworkDriver } from "../../provider/src/drivers/networks/networks.ts";
import { findSwitch } from "../../provider/src/drivers/networks/switch-process.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import { buildImage, openStore, type Platform, planImage } from "../../toolchain/src/index.ts";
import { tcp } from "./qemu-driver-home.ts";

export interface NetworkFixture extends AsyncDisposable {
  readonly directory: string;
  readonly driver: Driver;
  /** Those of this machine when absent. */
  readonly networks?: NetworkDriver;
  /** What a URL of a guest answers; fetched here when absent. */
  readonly get?: (url: string) => Promise<string>;
  spec(guest: object, changes: Partial<GuestSpec>): Promise<GuestSpec>;
}

const never = new AbortController().signal;
const AGAINST_SLOW_MACHINES = { everyMs: 20, timeoutMs: 30_000 };

/** `lacks`: what networks of this driver have not, and why: a switch of ours, name servers that
 * know all networks of a guest, somebody who starts a killed guest again. */
export function networkSuite(
  name: string,
  platform: Platform,
  makeFixture: () => Promise<NetworkFixture>,
  lacks: {
    readonly theSwitch?: string;
    readonly allNames?: string;
    readonly revival?: string;
    readonly all?: string;
  } = {},
): void {
  describe(`guests of the driver ${name} in networks`, () => {
    let fixture: NetworkFixture;
    let networks: NetworkDriver;
    let image: Pick<GuestSpec, "imagePath" | "digest">;

    beforeEach((context) => {
      if (lacks.all !== undefined) context.skip(lacks.all);
    });
    beforeAll(async () => {
      if (lacks.all !== undefined) return;
      const plan = await planImage({
        app: join(import.meta.dirname, "networks-app"),
        libraries: ["lwip", "httpd"],
        options: {},
        optimize: "speed",
        platform,
        architecture: "x86_64",
      });
      const { path, manifest } = await buildImage(plan, openStore());
      image = { imagePath: path, digest: manifest.digest };
      fixture = await makeFixture();
      networks = fixture.networks ?? new LocalNetworks({ home: fixture.directory });
      await makeNetwork("back", "10.7.0.0/24");
      await makeNetwork("front", "10.8.0.0/24");
      await start("db", ["back"]);
      await start("web", lacks.allNames === undefined ? ["front", "back"] : ["back", "front"]);
      await start("stranger", ["front"]);
    });
    afterAll(async () => {
      if (lacks.all !== undefined) return;
      for (const id of Object.values(guests)) await fixture.driver.remove(id);
      for (const { id } of await networks.list()) await networks.remove(id);
      await fixture[Symbol.asyncDispose]();
    });

    const guests: Record<string, string> = {};
    const urls: Record<string, string> = {};

    const makeNetwork = (id: string, cidr: string) =>
      networks.apply({ id, owner: `urn:${id}`, name: id, cidr });

    async function start(guest: string, ids: readonly string[], changes: Partial<GuestSpec> = {}) {
      const spec = await fixture.spec(
        {},
        {
          id: `${guest}-${Math.random().toString(16).slice(2, 8)}`,
          ...image,
          memoryBytes: 32 * 2 ** 20,
          owner: `urn:${guest}`,
          env: { NAME: guest },
          ports: [tcp(0, 80)],
          networks: ids.map((network) => ({ network, name: guest })),
          ...changes,
        },
      );
      const status = await fixture.driver.apply(spec, never);
      guests[spec.id] = spec.id;
      urls[spec.id] = urls[guest] = urlOf(status);
      await poll(async () => {
        const lines = await fixture.driver.consoleTail(spec.id, 20);
        return lines.some((line) => line.includes("listening on port 80")) || undefined;
      }, AGAINST_SLOW_MACHINES);
      return { spec, status };
    }

    const ask = (guest: string, what: string) => (fixture.get ?? get)(`${urls[guest]}/${what}`);

    test("one reaches another by its name", async () => {
      expect(await ask("web", "visit?db")).toBe("200 I am db");
      expect(await ask("web", "name?DB")).toBe("200 10.7.0.2");
    });

    test("names of all its networks are known to a guest", async (context) => {
      if (lacks.allNames !== undefined) context.skip(lacks.allNames);
      expect(await ask("web", "visit?stranger")).toBe("200 I am stranger");
    });

    test("no other names are known", async () => {
      expect(await ask("db", "name?stranger")).toMatch(/^404 /);
      expect(await ask("stranger", "name?db")).toMatch(/^404 /);
      expect(await ask("web", "name?nobody")).toMatch(/^404 /);
    });

    test("nobody of another network is reached, not even by address", async () => {
      expect(await ask("stranger", "visit?10.8.0.2")).toBe("200 I am web");
      expect(await ask("stranger", "visit?10.7.0.2")).toMatch(/^504 /);
      // The interface that a guest has for its forwarded ports is no way in either.
      expect(await ask("stranger", "visit?10.7.0.3")).toMatch(/^504 /);
    });

    test("the addresses are told, and kept over a restart", async () => {
      const { spec, status } = await start("keeper", ["back"]);
      const address = status.addresses?.back;
      expect(address).toMatch(/^10\.7\.0\.\d+$/);
      const next = await fixture.driver.apply({ ...spec, args: ["again"] }, never);
      expect(next.startedAt).not.toEqual(status.startedAt);
      expect(next.addresses).toEqual({ back: address });
      await fixture.driver.remove(spec.id);
      expect(await ask("web", "name?keeper")).toMatch(/^404 /);
    });

    test("a guest that was started again keeps its address and is reached", async (context) => {
      if (lacks.revival !== undefined) context.skip(lacks.revival);
      const restart = { when: "always", backoffMs: 10 } as const;
      const lifecycle = { shutdownTimeoutMs: 0, restart };
      const { spec, status } = await start("phoenix", ["back"], { lifecycle });
      expect(await ask("web", "visit?phoenix")).toBe("200 I am phoenix");
      const before = await fixture.driver.processOf?.(spec.id);
      process.kill(before?.pid ?? Number.NaN, "SIGKILL");
      const again = await poll(async () => {
        const now = await fixture.driver.status(spec.id);
        return now.state === "running" && now.restarts === 1 ? now : undefined;
      }, AGAINST_SLOW_MACHINES);
      expect(again?.addresses).toEqual({ back: status.addresses?.back });
      const isReached = async () => (await ask("web", "visit?phoenix")) === "200 I am phoenix";
      expect(await poll(async () => (await isReached()) || undefined, AGAINST_SLOW_MACHINES)).toBe(
        true,
      );
      await fixture.driver.remove(spec.id);
    });

    test("a successor gets the name when it takes the ports", async () => {
      const one = await start("twin", ["back"], { env: { NAME: "one" } });
      const other = await start("twin", ["back"], { env: { NAME: "other" } });
      expect(await ask("web", "visit?twin")).toBe("200 I am one");
      await fixture.driver.takePorts(other.spec.id, other.spec.ports);
      expect(await ask("web", "visit?twin")).toBe("200 I am other");
      await fixture.driver.remove(other.spec.id);
      expect(await ask("web", "visit?twin")).toBe("200 I am one");
      await fixture.driver.remove(one.spec.id);
    });

    test("an address that the program gave passes on when its guest has stopped", async () => {
      const networks = [{ network: "back", name: "fixed", address: "10.7.0.50" }];
      const one = await start("fixed", [], { networks });
      await expect(start("fixed", [], { networks })).rejects.toThrow("belongs to another guest");
      await fixture.driver.stop(one.spec.id);
      const other = await start("fixed", [], { networks });
      expect(other.status.addresses).toEqual({ back: "10.7.0.50" });
      expect(await ask("web", "visit?fixed")).toBe("200 I am fixed");
      await fixture.driver.remove(one.spec.id);
      expect(await ask("web", "visit?fixed")).toBe("200 I am fixed");
      await fixture.driver.remove(other.spec.id);
    });

    test("a name that another's guest has is refused", async () => {
      const wanted = [{ network: "back", name: "db" }];
      expect(await fixture.driver.networkProblems?.("urn:else", wanted)).toEqual([
        { index: 0, property: "name", reason: expect.stringContaining('"db" is the name of db-') },
      ]);
      await expect(start("thief", [], { networks: wanted })).rejects.toThrow("is the name of db-");
    });

    test("a guest that floods another does not keep others from it", async (context) => {
      if (lacks.theSwitch !== undefined) context.skip(lacks.theSwitch);
      const { spec } = await start("flooder", ["back"]);
      expect(await ask("flooder", "flood?10.7.0.2")).toBe("200 flooding");
      for (let i = 0; i < 5; i++) expect(await ask("web", "visit?db")).toBe("200 I am db");
      await fixture.driver.remove(spec.id);
    });

    test("a switch that was killed is seen, and guests find each other through the next", async (context) => {
      if (lacks.theSwitch !== undefined) context.skip(lacks.theSwitch);
      const files = networkFiles(fixture.directory, "back");
      const before = await findSwitch(files);
      if (before === undefined) throw new Error("the switch does not run");
      process.kill(before.pid, "SIGKILL");
      await poll(async () => ((await findSwitch(files)) ? undefined : true), AGAINST_SLOW_MACHINES);
      expect(await networks.status("back")).toBe("stopped");
      await makeNetwork("back", "10.7.0.0/24");
      expect(await networks.status("back")).toBe("running");
      const answer = await poll(
        async () => ((await ask("web", "visit?db")) === "200 I am db" ? true : undefined),
        AGAINST_SLOW_MACHINES,
      );
      expect(answer).toBe(true);
    });

    test("a network with guests is not removed", async () => {
      await expect(networks.remove("back")).rejects.toThrow(/used by db-\w+ \(urn:db\)/);
      expect(await ask("web", "visit?db")).toBe("200 I am db");
    });
  });
}

function urlOf({ ports: [port] }: GuestStatus): string {
  return `http://${port?.address}:${port?.host}`;
}

async function get(url: string): Promise<string> {
  const response = await fetch(url, { headers: { connection: "close" } });
  return `${response.status} ${await response.text()}`;
}
