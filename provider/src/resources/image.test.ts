// The life of an Image against a toolchain without a compiler.
import { beforeEach, describe, expect, it } from "vitest";
import { Archive, Asset, type PropertyMap, Secret, Unknown } from "../values.ts";
import { createImage } from "./image.ts";
import { FakeToolchain, listeningContext, URN } from "./image-harness.ts";
import type { Resource } from "./resource.ts";

let tools: FakeToolchain;
let image: Resource;
let context: ReturnType<typeof listeningContext>;

beforeEach(() => {
  tools = new FakeToolchain();
  image = createImage(tools, "/program");
  context = listeningContext();
});

async function check(news: PropertyMap, olds: PropertyMap = {}) {
  return image.check(context, { olds, news, randomSeed: new Uint8Array(32) });
}

async function checked(news: PropertyMap, olds: PropertyMap = {}): Promise<PropertyMap> {
  const { inputs, failures } = await check(news, olds);
  expect(failures).toStrictEqual([]);
  return inputs;
}

const create = (inputs: PropertyMap, preview = false) =>
  image.create(context, { inputs, preview, timeoutSeconds: 0 });

const update = (olds: PropertyMap, state: PropertyMap, news: PropertyMap, preview = false) =>
  image.update(context, { id: "web-1", olds, state, news, preview, timeoutSeconds: 0 });

const diff = (olds: PropertyMap, state: PropertyMap, news: PropertyMap) =>
  image.diff(context, { id: "web-1", olds, state, news });

describe("Check", () => {
  it("fills in defaults and computes the source hash", async () => {
    const inputs = await checked({ app: "./app" });
    expect(inputs).toStrictEqual({
      app: "./app",
      libraries: [],
      options: {},
      optimize: "speed",
      platform: "kvm",
      architecture: "x86_64",
      buildOnPreview: true,
      sourceHash: expect.stringMatching(/^sha256:/),
    });
    expect(tools.requestedApps).toStrictEqual(["/program/app"]);
    expect(tools.builds).toBe(0);
  });

  it("takes absolute paths, archives and assets for the application", async () => {
    await checked({ app: "/elsewhere" });
    await checked({ app: new Archive({ path: "./app" }, "hash") });
    await checked({ app: new Asset({ path: "other" }) });
    expect(tools.requestedApps).toStrictEqual(["/elsewhere", "/program/app", "/program/other"]);
  });

  it("names every mistake at once, each with its path", async () => {
    const { failures } = await check({
      librarys: ["lwip"],
      libraries: ["lwip", 3, "lwip"],
      options: { A: [], B: 1.5, C: "fine" },
      optimize: "fast",
      platform: null,
      architecture: true,
      buildOnPreview: "yes",
      sourceHash: "sha256:mine",
    });
    expect(failures).toStrictEqual([
      {
        property: "librarys",
        reason: 'an Image has no property "librarys"; did you mean "libraries"?',
      },
      {
        property: "app",
        reason: 'is missing; give the path of the application\'s directory, e.g. app: "./app"',
      },
      { property: "libraries[1]", reason: "must be the name of a library, not 3" },
      { property: "libraries[2]", reason: 'names "lwip" a second time; remove it' },
      {
        property: "options.A",
        reason: "must be a boolean, a whole number or a string, not a list",
      },
      { property: "options.B", reason: "must be a boolean, a whole number or a string, not 1.5" },
      { property: "optimize", reason: 'must be "speed" or "size" or "debug", not "fast"' },
      { property: "architecture", reason: 'must be "x86_64", not true' },
      { property: "buildOnPreview", reason: 'must be true or false, not "yes"' },
      {
        property: "sourceHash",
        reason: "is computed from the application and its configuration; remove it",
      },
    ]);
  });

  it.each<[PropertyMap, string]>([
    [{ app: "" }, 'must be the path of the application\'s directory, not ""'],
    [{ app: 1 }, "must be the path of the application's directory, not 1"],
    [{ app: { a: 1 } }, "must be the path of the application's directory, not an object"],
    [
      { app: new Archive({ uri: "https://example.com/a.zip" }) },
      "must be a FileArchive of a directory on this machine, or its path as a string",
    ],
  ])("refuses %j for the application", async (news, reason) => {
    const { failures } = await check(news);
    expect(failures).toStrictEqual([{ property: "app", reason }]);
  });

  it.each<[string, PropertyMap, string]>([
    ["libraries", { libraries: "lwip" }, 'must be a list of library names, not "lwip"'],
    ["options", { options: [] }, "must be an object of Kconfig symbols, not a list"],
  ])("refuses wrong %s", async (property, news, reason) => {
    const { failures } = await check({ app: "./app", ...news });
    expect(failures).toStrictEqual([{ property, reason }]);
  });

  it("adds the toolchain's problems, with their paths and places, to its own", async () => {
    tools.problems = [
      { path: "libraries[0]", message: 'there is no library "lwp"; did you mean "lwip"?' },
      { path: "", message: "no such symbol", location: { file: "Kconfig", line: 3 } },
    ];
    const { failures } = await check({ app: "./app", libraries: ["lwp"], memory: 1 });
    expect(failures.map(({ property, reason }) => `${property}: ${reason}`)).toStrictEqual([
      'memory: an Image has no property "memory"; known are app, architecture, buildOnPreview, libraries, optimize, options, platform',
      'libraries[0]: there is no library "lwp"; did you mean "lwip"?',
      ": Kconfig:3: no such symbol",
    ]);
  });

  it("passes on what is not a problem of the request", async () => {
    tools.plan = () => Promise.reject(new Error("disk full"));
    await expect(check({ app: "./app" })).rejects.toThrow("disk full");
  });

  it.each<PropertyMap>([
    { app: Unknown.instance },
    { app: "./app", options: { A: new Secret(Unknown.instance) } },
    { app: "./app", libraries: [Unknown.instance] },
    { app: "./app", optimize: Unknown.instance },
  ])("does not plan while something is not known: %j", async (news) => {
    const inputs = await checked(news);
    expect(inputs.sourceHash).toBe(Unknown.instance);
    expect(tools.requestedApps).toStrictEqual([]);
  });

  it("keeps the old source hash that ignoreChanges has put into the inputs", async () => {
    const olds = await checked({ app: "./app" });
    tools.source = "int other;";
    const inputs = await checked({ app: "./app", sourceHash: olds.sourceHash ?? null }, olds);
    expect(inputs.sourceHash).toBe(olds.sourceHash);
  });

  it("keeps secret options secret", async () => {
    const inputs = await checked({ app: "./app", options: { KEY: new Secret("s") } });
    expect(inputs.options).toStrictEqual({ KEY: new Secret("s") });
  });
});

describe("Create", () => {
  it("builds, in preview too, and names nothing of this machine", async () => {
    const inputs = await checked({ app: "./app", libraries: ["lwip"] });
    const preview = await create(inputs, true);
    expect(tools.builds).toBe(1);
    expect(preview.id).toMatch(/^web-[0-9a-f]{12}$/);
    expect(preview.state).toStrictEqual({
      ...inputs,
      libraries: [
        { name: "plat-kvm", version: "1", reason: "platform" },
        { name: "lwip", version: "1", reason: "declared" },
      ],
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      sizeBytes: 9,
      entrySymbol: "start",
      toolchain: { version: "1", compiler: "clang 1" },
    });
    expect(JSON.stringify(preview.state)).not.toMatch(/store|program/);
    expect(context.messages).toStrictEqual(["status: compiling 1 file"]);
    expect(await create(inputs)).toStrictEqual(preview);
  });

  it("does not build in preview when told so, and knows what the store knows", async () => {
    const inputs = await checked({ app: "./app", buildOnPreview: false });
    const unknown = await create(inputs, true);
    expect(tools.builds).toBe(0);
    expect(unknown.state).toMatchObject({
      sourceHash: inputs.sourceHash,
      libraries: [{ name: "plat-kvm" }],
      digest: Unknown.instance,
      sizeBytes: Unknown.instance,
    });
    const { state } = await create(inputs);
    expect(tools.builds).toBe(1);
    expect((await create(inputs, true)).state).toStrictEqual(state);
    expect(tools.builds).toBe(1);
  });

  it("knows nothing while an input is not known", async () => {
    const inputs = await checked({ app: "./app", options: Unknown.instance });
    const { state } = await create(inputs, true);
    expect(state).toMatchObject({ sourceHash: Unknown.instance, digest: Unknown.instance });
  });

  it("stops when it is cancelled", async () => {
    const inputs = await checked({ app: "./app" });
    context = { ...context, signal: AbortSignal.abort(new Error("cancelled")) };
    await expect(create(inputs)).rejects.toThrow("cancelled");
  });
});

describe("Diff", () => {
  it("sees no change in what is unchanged, and says that all is stable", async () => {
    const inputs = await checked({ app: "./app" });
    const { state } = await create(inputs);
    const result = await diff(inputs, state, await checked({ app: "./app" }, inputs));
    expect(result.changes).toStrictEqual({});
    expect(result.stables).toContain("digest");
  });

  it("reports changed sources as an update of the hash, never a replacement", async () => {
    const inputs = await checked({ app: "./app" });
    const { state } = await create(inputs);
    tools.source = "int other;";
    const result = await diff(inputs, state, await checked({ app: "./app" }, inputs));
    expect(result.changes).toStrictEqual({ sourceHash: { kind: "update", inputDiff: true } });
    expect(result.stables).toContain("platform");
    expect(result.stables).not.toContain("digest");
    expect(result.stables).not.toContain("libraries");
  });

  it("reports each input that changes", async () => {
    const inputs = await checked({ app: "./app", options: { A: 1 } });
    const { state } = await create(inputs);
    const news = await checked({ app: "./app", options: { A: 2 }, optimize: "size" }, inputs);
    const result = await diff(inputs, state, news);
    expect(Object.keys(result.changes)).toStrictEqual(["options", "optimize", "sourceHash"]);
  });

  it("expects an update when the hash is not known", async () => {
    const inputs = await checked({ app: "./app" });
    const { state } = await create(inputs);
    const news = await checked({ app: "./app", options: Unknown.instance }, inputs);
    const result = await diff(inputs, state, news);
    expect(Object.keys(result.changes)).toStrictEqual(["options", "sourceHash"]);
  });

  it("asks for a rebuild when this machine's store lacks the image", async () => {
    const inputs = await checked({ app: "./app" });
    const { state } = await create(inputs);
    tools.forget();
    const result = await diff(inputs, state, inputs);
    expect(result).toMatchObject({ changes: {}, needsUpdate: true });
    expect(result.stables).toContain("digest");
    expect(context.messages.at(-1)).toBe(
      `info: the image ${state.digest} is not in this machine's store: rebuilding it`,
    );
    expect(await update(inputs, state, inputs)).toStrictEqual(state);
    expect((await diff(inputs, state, inputs)).needsUpdate).toBeUndefined();
  });
});

describe("Update", () => {
  it("gives the same digest after a comment was edited", async () => {
    const inputs = await checked({ app: "./app" });
    const { state } = await create(inputs);
    tools.source = "int main;// a comment";
    const news = await checked({ app: "./app" }, inputs);
    const preview = await update(inputs, state, news, true);
    expect(preview.sourceHash).not.toBe(state.sourceHash);
    expect(preview.digest).toBe(state.digest);
  });

  it("keeps the outputs in a preview without a build when the sources are the same", async () => {
    const inputs = await checked({ app: "./app", buildOnPreview: false });
    const { state } = await create(inputs);
    tools.forget();
    const preview = await update(inputs, state, inputs, true);
    expect(preview.digest).toBe(state.digest);
    expect(tools.builds).toBe(1);
  });

  it("stops with the versions when the same sources give another image", async () => {
    const inputs = await checked({ app: "./app" });
    const { state } = await create(inputs);
    tools.forget();
    tools.salt = "other";
    tools.compiler = "clang 2";
    await expect(update(inputs, state, inputs)).rejects.toThrow(
      /same sources .* gave sha256:.* on this machine, but the state names sha256:.*: compiler clang 1 there, clang 2 here\. Use the same versions/,
    );
    tools.compiler = "clang 1";
    await expect(update(inputs, state, inputs)).rejects.toThrow("its installation differs");
  });

  it("records what was built when the sources change after Check", async () => {
    const inputs = await checked({ app: "./app" });
    tools.source = "int later;";
    const { state } = await create(inputs);
    const now = await checked({ app: "./app" }, inputs);
    expect(state.sourceHash).toBe(now.sourceHash);
    expect(state.sourceHash).not.toBe(inputs.sourceHash);
  });
});

describe("Read", () => {
  const read = (id: string, inputs: PropertyMap = {}, state: PropertyMap = {}) =>
    image.read(context, { id, inputs, state });

  it("keeps the state although the store lacks the image", async () => {
    const inputs = await checked({ app: "./app" });
    const { id, state } = await create(inputs);
    tools.forget();
    expect(await read(id, inputs, state)).toStrictEqual({ inputs, state });
  });

  it("imports an image by its digest, so that the program's inputs match", async () => {
    const news = await checked({ app: "./app", libraries: ["lwip"] });
    const { state } = await create(news);
    const found = await read(String(state.digest));
    expect(found?.inputs).toStrictEqual({
      libraries: ["lwip"],
      optimize: "speed",
      platform: "kvm",
      architecture: "x86_64",
      sourceHash: news.sourceHash,
    });
    expect(found?.state).toMatchObject({ digest: state.digest, libraries: state.libraries });
    const result = await diff(found?.inputs ?? {}, found?.state ?? {}, news);
    expect(result.changes).toStrictEqual({});
  });

  it("says what an id looks like and that an image is not there", async () => {
    await expect(read("web")).rejects.toThrow('by its digest, "sha256:" and 64 digits, not "web"');
    const id = `sha256:${"0".repeat(64)}`;
    await expect(read(id)).rejects.toThrow(`there is no image ${id} in this machine's store`);
  });
});

describe("What a stack names is kept in the store", () => {
  const owner = `${URN} of /program`;

  it("from its creation on, not already in preview", async () => {
    const inputs = await checked({ app: "./app" });
    await create(inputs, true);
    expect(tools.kept.size).toBe(0);
    const { state } = await create(inputs);
    expect([...tools.kept]).toStrictEqual([[owner, state.digest]]);
  });

  it("another image once it is updated, until it is deleted", async () => {
    const olds = await checked({ app: "./app" });
    const { id, state } = await create(olds);
    tools.source = "int other;";
    const news = await checked({ app: "./app" });
    const updated = await update(olds, state, news);
    expect(tools.kept.get(owner)).toBe(updated.digest);
    // What a replacement deletes is the image before it.
    await image.delete(context, { id, state, timeoutSeconds: 0 });
    expect(tools.kept.get(owner)).toBe(updated.digest);
    await image.delete(context, { id, state: updated, timeoutSeconds: 0 });
    expect(tools.kept.size).toBe(0);
  });

  it("again after the store was emptied and filled by somebody else", async () => {
    const inputs = await checked({ app: "./app" });
    const { state } = await create(inputs);
    tools.kept.clear();
    expect((await diff(inputs, state, inputs)).needsUpdate).toBeUndefined();
    expect(tools.kept.get(owner)).toBe(state.digest);
    tools.kept.clear();
    await image.read(context, { id: "web-1", inputs, state });
    expect(tools.kept.get(owner)).toBe(state.digest);
  });
});

describe("Delete", () => {
  it("leaves the file in the store, which is a cache", async () => {
    const { id, state } = await create(await checked({ app: "./app" }));
    await image.delete(context, { id, state, timeoutSeconds: 0 });
    expect(tools.images.size).toBe(1);
    expect(context.messages.at(-1)).toMatch(/stays in the store/);
  });
});
