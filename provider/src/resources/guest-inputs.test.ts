import { totalmem } from "node:os";
import { describe, expect, test } from "vitest";
import { type PropertyMap, type PropertyValue, Secret, Unknown } from "../values.ts";
import { guestInputs, inputFailures, withDefaults } from "./guest-inputs.ts";

const IMAGE = `sha256:${"0f".repeat(32)}`;
const failuresOf = (news: PropertyMap) =>
  inputFailures(withDefaults({ image: IMAGE, ...news }), ["qemu", "libvirt"]).map(
    ({ property, reason }) => `${property}: ${reason}`,
  );
const xen = { name: "libvirt", uri: "xen:///system" };
const elsewhere = { name: "libvirt", uri: "qemu+ssh://far.example/system" };
const port = (more: PropertyMap): PropertyValue => ({ guest: 80, ...more });

describe("defaults", () => {
  test("fill in what a program does not say", () => {
    expect(withDefaults({ image: IMAGE, ports: [{ guest: 80 }], env: null })).toEqual({
      image: IMAGE,
      driver: "qemu",
      shutdownTimeout: "10s",
      restart: "no",
      memory: "32MiB",
      cpus: 1,
      ports: [{ guest: 80, host: 0, protocol: "tcp", address: "127.0.0.1" }],
      env: {},
      args: [],
      accelerator: "auto",
    });
    expect(withDefaults({ healthCheck: { http: "/", interval: "2s" } }).healthCheck).toEqual({
      http: "/",
      interval: "2s",
      timeout: "5s",
      retries: 30,
    });
  });

  test("keep secrets secret and unknown values unknown", () => {
    const ports = withDefaults({ ports: new Secret([{ guest: 80 }]) }).ports as Secret;
    expect(ports).toBeInstanceOf(Secret);
    expect(ports.value).toMatchObject([{ host: 0 }]);
    expect(withDefaults({ ports: Unknown.instance }).ports).toBe(Unknown.instance);
    const env = withDefaults({ env: { KEY: new Secret("x") } }).env as PropertyMap;
    expect(env.KEY).toBeInstanceOf(Secret);
  });
});

describe("what is right has no failures", () => {
  test.each<[string, PropertyMap]>([
    ["an image alone", {}],
    [
      "everything",
      {
        memory: "1GiB",
        ports: [port({ host: 8080 }), port({ host: 8080, protocol: "udp", address: "0.0.0.0" })],
        env: { A: new Secret("b") },
        args: ["-v", ""],
        healthCheck: { http: "/healthz?full=1", port: 80, interval: "100ms", retries: 1 },
        accelerator: "tcg",
      },
    ],
    [
      "nothing known",
      {
        image: Unknown.instance,
        memory: Unknown.instance,
        cpus: Unknown.instance,
        ports: Unknown.instance,
        env: Unknown.instance,
        args: Unknown.instance,
        healthCheck: Unknown.instance,
        driver: Unknown.instance,
        accelerator: Unknown.instance,
      },
    ],
    [
      "known in part",
      {
        ports: [port({ host: Unknown.instance }), Unknown.instance],
        env: { A: Unknown.instance },
        args: [Unknown.instance],
        healthCheck: { tcp: Unknown.instance, timeout: Unknown.instance },
      },
    ],
    ["a free port twice", { ports: [port({}), port({})] }],
    [
      "what another machine may have",
      {
        driver: elsewhere,
        memory: `${totalmem() + 1}B`,
        ports: [port({ address: "0.0.0.0" }), port({})],
        healthCheck: { http: "/" },
      },
    ],
    [
      "a network elsewhere",
      {
        driver: { ...elsewhere, network: "apps" },
        ports: [port({}), port({ host: 80 })],
        healthCheck: { http: "/" },
      },
    ],
    [
      "an address in a bridge of a Xen host",
      {
        driver: { ...xen, bridge: "xenbr0", address: "10.0.0.9/24" },
        ports: [port({})],
        healthCheck: { http: "/" },
      },
    ],
    ["a console elsewhere", { driver: elsewhere, healthCheck: { console: "up" } }],
  ])("%s", (_what, news) => {
    expect(failuresOf(news)).toEqual([]);
  });
});

describe("what is wrong is named", () => {
  test.each<[PropertyMap, string]>([
    [{ imgae: "x" }, 'imgae: a Guest has no property "imgae"; did you mean "image"?'],
    [{ image: null }, "image: is missing; give an Image or its digest"],
    [{ image: "web" }, 'image: must be an Image or its digest, "sha256:" and 64'],
    [{ driver: "xen" }, 'driver: must be "qemu" or "libvirt", not "xen"'],
    [
      { driver: elsewhere, ports: [port({})], healthCheck: { http: "/" } },
      "healthCheck: port 80 of the guest is forwarded from 127.0.0.1 of far.example, which cannot",
    ],
    [
      { driver: elsewhere, ports: [port({}), port({ guest: 81 })], healthCheck: { tcp: 81 } },
      "healthCheck: port 81 of the guest is forwarded from 127.0.0.1 of far.example",
    ],
    [
      { driver: { ...elsewhere, network: "apps" }, ports: [port({ host: 8080 })] },
      "ports[0].host: a guest in a network of libvirt's or a bridge has an address of its own; leave host out",
    ],
    [
      { driver: { ...elsewhere, bridge: "br0" }, ports: [port({})] },
      "ports: nobody tells the address that a guest gets in a bridge; give it one",
    ],
    [
      { driver: { ...elsewhere, network: "apps" }, networks: ["back-1"] },
      "networks: are another place than the network or bridge that driver names",
    ],
    [
      { driver: elsewhere, networks: ["back-1"], ports: [port({ host: 8080 })] },
      "ports[0].host: a guest in a network of libvirt's or a bridge has an address of its own",
    ],
    [{ driver: xen, ports: [port({})] }, "ports: a guest of Xen has no ports of its host"],
    [{ driver: xen, accelerator: "kvm" }, "accelerator: is QEMU's: Xen runs its guests itself"],
    [{ accelerator: "hvf" }, 'accelerator: must be "auto" or "kvm" or "tcg", not "hvf"'],
    [{ memory: 32 }, 'memory: must be a size such as "32MiB" or "1GiB", not 32'],
    [{ memory: "32" }, 'memory: must be a size such as "32MiB" or "1GiB", not "32"'],
    [{ memory: "1MiB" }, 'memory: must be at least 4MiB, not "1MiB"'],
    [{ memory: `${totalmem() + 1}B` }, "is more than this machine has"],
    [{ cpus: 2 }, "cpus: must be 1, not 2: a guest has one processor"],
    [{ ports: 80 }, "ports: must be a list such as [{ host: 8080, guest: 80 }], not 80"],
    [{ ports: [80] }, "ports[0]: must be an object such as { host: 8080, guest: 80 }, not 80"],
    [{ ports: [{}] }, "ports[0].guest: must be a port from 1 to 65535, not nothing"],
    [{ ports: [port({ host: 65_536 })] }, "ports[0].host: must be a port from 1 to 65535, or 0"],
    [{ ports: [port({ hots: 1 })] }, 'ports[0].hots: a port has no property "hots"; did you mean'],
    [{ ports: [port({ protocol: "sctp" })] }, 'ports[0].protocol: must be "tcp" or "udp"'],
    [{ ports: [port({ address: "localhost" })] }, "ports[0].address: must be an IPv4 address"],
    [{ ports: [port({ address: "1.2.3" })] }, "ports[0].address: must be an IPv4 address"],
    [
      { ports: [port({ host: 80 }), port({ host: 80 })] },
      "ports[1].host: 80 is already used by ports[0]",
    ],
    [{ env: "A=b" }, 'env: must be an object of strings, not "A=b"'],
    [{ env: { A: 1 } }, "env.A: must be a string"],
    [{ env: { "A=B": "" } }, 'env: "A=B" cannot be the name of an environment variable'],
    [{ env: { A: "\0" } }, "env.A: must not contain a NUL character"],
    [{ args: "-v" }, 'args: must be a list of strings, not "-v"'],
    [{ args: ["a", 1] }, "args[1]: must be a string, not 1"],
    [{ healthCheck: "/" }, 'healthCheck: must be an object such as { http: "/" }, not "/"'],
    [{ healthCheck: {} }, "healthCheck: must have one of http, tcp and console; it has none"],
    [
      { healthCheck: { http: "/", console: "x" }, ports: [port({})] },
      "healthCheck: must have one of http, tcp and console; it has http and console",
    ],
    [{ healthCheck: { http: "x" } }, 'healthCheck.http: must be a path such as "/healthz"'],
    [{ healthCheck: { http: "/" } }, "healthCheck.http: no TCP port is forwarded"],
    [
      { healthCheck: { http: "/", port: 81 }, ports: [port({})] },
      "healthCheck.port: port 81 of the guest is not forwarded; add { guest: 81 } to ports",
    ],
    [{ healthCheck: { tcp: 0 } }, "healthCheck.tcp: must be a port from 1 to 65535, not 0"],
    [{ healthCheck: { console: "" } }, 'healthCheck.console: must be a text, not ""'],
    [{ healthCheck: { console: "x", port: 1 } }, "healthCheck.port: goes with http only"],
    [{ healthCheck: { console: "x", interval: "5" } }, "healthCheck.interval: must be a duration"],
    [{ healthCheck: { console: "x", timeout: "0s" } }, "healthCheck.timeout: must be a duration"],
    [{ healthCheck: { console: "x", retries: 0 } }, "healthCheck.retries: must be a whole number"],
    [{ healthCheck: { console: "x", retrys: 1 } }, 'did you mean "retries"?'],
  ])("%j", (news, expected) => {
    const found = failuresOf(news);
    expect(
      found.some((failure) => failure.includes(expected)),
      found.join("\n"),
    ).toBe(true);
  });

  test("all at once", () => {
    expect(failuresOf({ memory: "x", cpus: 0, ports: [{}, { guest: -1 }], args: 1 })).toHaveLength(
      5,
    );
  });

  test("never with the value of an environment variable", () => {
    const failures = failuresOf({ env: { A: ["hush"], B: "hush\0" }, healthCheck: {} });
    expect(failures.join()).not.toContain("hush");
  });
});

test("checked inputs become what a driver is asked for", () => {
  const inputs = withDefaults({
    image: IMAGE,
    ports: [port({ protocol: "udp" }), port({ guest: 8080, host: 80 })],
    env: { KEY: new Secret("x") },
    healthCheck: { http: "/" },
  });
  expect(guestInputs(inputs)).toEqual({
    digest: IMAGE,
    lifecycle: { shutdownTimeoutMs: 10_000, restart: { when: "no", backoffMs: 1_000 } },
    driver: { name: "qemu" },
    memoryBytes: 33_554_432,
    cpus: 1,
    ports: [
      { guest: 80, host: 0, protocol: "udp", address: "127.0.0.1" },
      { guest: 8080, host: 80, protocol: "tcp", address: "127.0.0.1" },
    ],
    env: { KEY: "x" },
    args: [],
    accelerator: "auto",
    healthCheck: {
      kind: "http",
      path: "/",
      port: 8080,
      intervalMs: 1_000,
      timeoutMs: 5_000,
      retries: 30,
    },
    volumes: [],
    networks: [],
  });
});

test("a sandboxed guest has no accelerator", () => {
  const failures = (accelerator: string) =>
    inputFailures(withDefaults({ image: IMAGE, driver: "sandbox", accelerator }), ["sandbox"]);
  expect(failures("auto")).toEqual([]);
  expect(failures("tcg")).toMatchObject([{ property: "accelerator" }]);
});
