// The classes as a program uses them, with Pulumi's own stand-in for an engine.
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Guest, Image, Network, Provider, Volume } from "./index.ts";

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly id: string | undefined;
}

const registered: Registered[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource({ type, name, inputs, id }) {
      registered.push({ type, name, inputs, id: id || undefined });
      const outputs = /Image$|Volume$/.test(type)
        ? { digest: "sha256:aa", sizeBytes: 7, libraries: [{ name: "lwip" }] }
        : { url: "http://127.0.0.1:8080", ports: [{ host: 8080, guest: 80 }] };
      return { id: id || `${name}-1`, state: { ...inputs, ...outputs } };
    },
    call: () => ({}),
  });
});

beforeEach(() => {
  registered.length = 0;
});

/** The value of an output, once all resources are registered. */
function value<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => output.apply((known) => resolve(known as pulumi.Unwrap<T>)));
}

describe("Image", () => {
  it("registers its inputs and resolves its outputs", async () => {
    const image = new Image("web", {
      app: "./app",
      libraries: ["lwip", pulumi.output("httpd")],
      options: { LWIP_TCP_WND: 65535 },
    });
    expect(await value(image.digest)).toBe("sha256:aa");
    expect(await value(image.sizeBytes)).toBe(7);
    expect(await value(image.libraries)).toStrictEqual([{ name: "lwip" }]);
    expect(registered).toStrictEqual([
      {
        type: "unikernel:index:Image",
        name: "web",
        id: undefined,
        inputs: {
          app: "./app",
          libraries: ["lwip", "httpd"],
          options: { LWIP_TCP_WND: 65535 },
        },
      },
    ]);
  });

  it("hands on names that do not exist, for the provider to refuse", async () => {
    const image = new Image("typo", { app: "./app", librarys: ["lwip"] } as never);
    await value(image.urn);
    expect(registered[0]?.inputs).toHaveProperty("librarys");
  });

  it("is looked up by its digest, without inputs", async () => {
    const image = Image.get("old", "sha256:bb");
    expect(await value(image.id)).toBe("sha256:bb");
    expect(registered[0]).toMatchObject({ id: "sha256:bb", inputs: {} });
  });
});

describe("Guest", () => {
  const args = { memory: "32MiB", ports: [{ host: 8080, guest: 80 }] };

  it("takes an Image and passes its digest", async () => {
    const image = new Image("web", { app: "./app" });
    const guest = new Guest("web", { image, ...args, healthCheck: { http: "/healthz" } });
    expect(await value(guest.url)).toBe("http://127.0.0.1:8080");
    expect(await value(guest.ports)).toStrictEqual([{ host: 8080, guest: 80 }]);
    expect(registered[1]?.inputs).toStrictEqual({
      image: "sha256:aa",
      ...args,
      healthCheck: { http: "/healthz" },
    });
  });

  it("takes a digest", async () => {
    const guest = new Guest("web", { image: pulumi.output("sha256:cc") });
    expect(await value(guest.image)).toBe("sha256:cc");
  });

  it("takes Volumes, also later, and passes their ids and sizes", async () => {
    const data = new Volume("data", { size: "1MiB" });
    await value(data.urn);
    const volumes = [{ volume: data, path: "/data" }];
    const now = new Guest("now", { image: "sha256:cc", volumes });
    const later = new Guest("later", { image: "sha256:cc", volumes: pulumi.output(volumes) });
    const plain = new Guest("plain", {
      image: "sha256:cc",
      volumes: [{ volume: "data-1", path: "/data", readOnly: true }],
    });
    for (const guest of [now, later, plain]) await value(guest.urn);
    const attached = [{ volume: "data-1", path: "/data", sizeBytes: 7 }];
    const inputs = new Map(registered.map(({ name, inputs: given }) => [name, given.volumes]));
    expect(inputs.get("now")).toStrictEqual(attached);
    expect(inputs.get("later")).toStrictEqual(attached);
    expect(inputs.get("plain")).toStrictEqual([
      { volume: "data-1", path: "/data", readOnly: true },
    ]);
  });

  it("takes Networks, alone or with a name, also later, and passes their ids", async () => {
    const back = new Network("back", { cidr: "10.7.0.0/24" });
    const named = { network: back, name: "db" };
    const guests = [
      new Guest("alone", { image: "sha256:cc", networks: [back, "front-2", back.id] }),
      new Guest("named", { image: "sha256:cc", networks: [named] }),
      new Guest("later", { image: "sha256:cc", networks: pulumi.output([named]) }),
    ];
    for (const guest of guests) await value(guest.urn);
    const inputs = new Map(registered.map(({ name, inputs: given }) => [name, given.networks]));
    expect(inputs.get("alone")).toStrictEqual([
      { network: "back-1" },
      { network: "front-2" },
      { network: "back-1" },
    ]);
    expect(inputs.get("named")).toStrictEqual([{ network: "back-1", name: "db" }]);
    expect(inputs.get("later")).toStrictEqual([{ network: "back-1", name: "db" }]);
  });

  it("keeps a secret environment variable secret", async () => {
    const guest = new Guest("web", {
      image: "sha256:cc",
      env: { NAME: "web", PASSWORD: pulumi.secret("hunter22") },
    });
    await value(guest.urn);
    // The stand-in shows an object with a secret inside as secret altogether.
    expect(registered[0]?.inputs.env).toStrictEqual({
      [pulumi.runtime.specialSigKey]: pulumi.runtime.specialSecretSig,
      value: { NAME: "web", PASSWORD: "hunter22" },
    });
  });
});

describe("Volume", () => {
  it("starts from another one", async () => {
    const data = new Volume("data", { size: "1MiB" });
    const copy = new Volume("copy", { size: "1MiB", source: data });
    await value(copy.urn);
    expect(registered.at(-1)?.inputs).toStrictEqual({ size: "1MiB", source: "data-1" });
  });
});

describe("isInstance", () => {
  it("knows one's own", async () => {
    const image = new Image("web", { app: "./app" });
    expect([Image.isInstance(image), Guest.isInstance(image)]).toStrictEqual([true, false]);
    expect(Image.isInstance({})).toBe(false);
    expect(Image.isInstance(undefined)).toBe(false);
  });
});

describe("Provider", () => {
  it("can be named explicitly", async () => {
    const provider = new Provider("here");
    const image = new Image("web", { app: "./app" }, { provider });
    await value(image.urn);
    expect(registered.map(({ type }) => type)).toStrictEqual([
      "pulumi:providers:unikernel",
      "unikernel:index:Image",
    ]);
  });

  it("hands its settings over as text", async () => {
    const driver = { name: "libvirt", uri: "qemu:///session" } as const;
    await value(new Provider("set", { driver, accelerator: "tcg", parallelism: 2 }).urn);
    expect(registered[0]?.inputs).toEqual({
      driver: JSON.stringify(driver),
      accelerator: "tcg",
      parallelism: "2",
    });
  });
});
