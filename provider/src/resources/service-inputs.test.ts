import { describe, expect, it } from "vitest";
import { type PropertyMap, Secret, Unknown } from "../values.ts";
import { serviceFailures, serviceInputs, withServiceDefaults } from "./service-inputs.ts";

const image = `sha256:${"a".repeat(64)}`;
const least: PropertyMap = { image, ports: [{ guest: 80 }] };
const failures = (inputs: PropertyMap) =>
  serviceFailures(withServiceDefaults({ ...least, ...inputs })).map(
    ({ property, reason }) => `${property}: ${reason}`,
  );

describe("a service of which little is said", () => {
  it("has two replicas, of which one at a time is replaced", () => {
    expect(failures({})).toEqual([]);
    expect(serviceInputs(least)).toMatchObject({
      rollout: { strategy: "rolling", replicas: 2, maxSurge: 1, maxUnavailable: 0 },
      ...{ minReadyMs: 0, deadlineMs: 300_000, drainTimeoutMs: 30_000, onFailure: "rollback" },
      front: { ports: [{ host: 0, guest: 80, address: "127.0.0.1", protocol: "http" }] },
    });
  });

  it("has replicas at ports that are chosen, whatever the port of the service", () => {
    const { guest } = serviceInputs({
      ...least,
      ports: [{ guest: 80, host: 8080, address: "0.0.0.0" }],
    });
    expect(guest.ports).toEqual([{ host: 0, guest: 80, address: "127.0.0.1", protocol: "tcp" }]);
  });
});

describe("what a program says", () => {
  it("are shares of the replicas: more rounded up, fewer rounded down", () => {
    const rollout = { maxSurge: "25%", maxUnavailable: "25%" };
    expect(serviceInputs({ ...least, replicas: 10, rollout }).rollout).toMatchObject({
      ...{ maxSurge: 3, maxUnavailable: 2 },
    });
  });

  it("reaches the guest as one environment, and secrets are secret however they were given", () => {
    const inputs = { ...least, env: { A: "1" }, secrets: { B: "two" } };
    expect(serviceInputs(inputs).guest.env).toEqual({ A: "1", B: "two" });
    expect(withServiceDefaults(inputs).secrets).toBeInstanceOf(Secret);
  });

  it("tells HAProxy what to ask later", () => {
    const check = (healthCheck: PropertyMap) =>
      serviceInputs({ ...least, healthCheck }).front.check;
    expect(check({ http: "/up", interval: "2s" })).toEqual({
      path: "/up",
      guest: 80,
      intervalMs: 2_000,
    });
    expect(check({ tcp: 80 })).toEqual({ guest: 80, intervalMs: 1_000 });
    // What a console has said once says nothing of later.
    expect(check({ console: "ready" })).toEqual({ guest: 80, intervalMs: 1_000 });
  });
});

describe("what cannot work", () => {
  it("is a rollout that could replace nothing", () => {
    expect(failures({ rollout: { maxSurge: 0 } })).toEqual([
      "rollout: with neither more nor fewer than 2 replicas none could be replaced; let maxSurge or maxUnavailable be at least 1",
    ]);
    expect(failures({ rollout: { maxSurge: 0, maxUnavailable: 1 } })).toEqual([]);
    expect(failures({ rollout: { maxSurge: 0, strategy: "blueGreen" } })).toEqual([]);
  });

  it("are more replicas than a service has room for", () => {
    expect(failures({ replicas: 200, rollout: { strategy: "blueGreen" } })).toEqual([
      "replicas: 400 would exist during a rollout, and a service has room for 256",
    ]);
  });

  it("is a secret that is no text, and its value is not told", () => {
    const told = failures({ secrets: new Secret({ A: 123456 }), env: { B: "x" } });
    expect(told).toEqual(["secrets.A: must be a string"]);
    expect(failures({ secrets: { B: "hidden" }, env: { B: "x" } })).toEqual([
      "secrets.B: is in env, too; say it once",
    ]);
  });

  it("is a service without a port, or with names that do not exist", () => {
    expect(failures({ ports: [] })).toEqual([
      "ports: is empty; give the port at which the service answers, e.g. [{ guest: 80 }]",
    ]);
    expect(failures({ replica: 3, rollout: { maxSurg: 1 } })).toEqual([
      'replica: a Service has no property "replica"; did you mean "replicas"?',
      'rollout.maxSurg: a rollout has no property "maxSurg"; did you mean "maxSurge"?',
    ]);
  });

  it("is not what is not known yet", () => {
    const unknown = Unknown.instance;
    expect(failures({ image: unknown, replicas: unknown, env: unknown, secrets: unknown })).toEqual(
      [],
    );
    expect(failures({ rollout: { maxSurge: unknown, deadline: unknown } })).toEqual([]);
  });
});
