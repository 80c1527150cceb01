// Third-party sources from a server of our own: origins in order, the pin decides, a site that
// does not answer is given up, edits, and damage in the store.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { sha256, treeHash } from "../../toolchain/src/graph/hash.ts";
import { openStore } from "../../toolchain/src/index.ts";
import type { ThirdPartySource } from "../../toolchain/src/libraries/types.ts";
import { ensureSource } from "../../toolchain/src/sources/acquire.ts";
import { treeOf } from "../../toolchain/src/sources/tree.ts";
import { workshop } from "./builder-support.ts";
import { writeText } from "./fake-libraries.ts";
import { temporaryDirectory } from "./temporary.ts";

const content = "int answer = 42;\n";
const pin = treeHash([{ path: "src/answer.c", sha256: sha256(content) }]);
const requests: string[] = [];
let server: Server;
let base: string;

/** Packs a release the way a site might: with a top directory, or without one. */
function pack(name: string, top: string, text: string): Buffer {
  const directory = temporaryDirectory();
  writeText(join(directory, top, "src/answer.c"), text);
  writeText(join(directory, top, `unused-${name}.txt`), name);
  const archive = join(directory, "archive");
  const entries = top ? [top] : ["src", `unused-${name}.txt`];
  execFileSync("tar", ["-czf", archive, "-C", directory, ...entries]);
  return readFileSync(archive);
}

/** What npm is told of a package; the server adds its own address. */
function npmMetadata(archive: Buffer | undefined): Buffer {
  const integrity = `sha512-${createHash("sha512")
    .update(archive ?? "")
    .digest("base64")}`;
  const dist = { tarball: "BASE/topped.tar.gz", integrity };
  const release = { name: "@scope/answer", version: "2.0.0", dist };
  return Buffer.from(JSON.stringify({ name: "@scope/answer", versions: { "2.0.0": release } }));
}

beforeAll(async () => {
  const archives = new Map([
    ["/topped.tar.gz", pack("topped", "release-1.0", content)],
    ["/flat.tar.gz", pack("flat", "", content)],
    ["/changed.tar.gz", pack("changed", "release-1.0", "int answer = 41;\n")],
  ]);
  archives.set("/@scope%2fanswer", npmMetadata(archives.get("/topped.tar.gz")));
  server = createServer((request, response) => {
    const url = (request.url ?? "").replace("%2F", "%2f");
    requests.push(url);
    if (url === "/silent.tar.gz") return;
    const archive = archives.get(url);
    response.writeHead(archive ? 200 : 404);
    response.end(url.startsWith("/@") ? archive?.toString().replace("BASE", base) : archive);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function source(paths: readonly string[], more: Partial<ThirdPartySource> = {}): ThirdPartySource {
  return {
    version: "1.0",
    files: ["src/**"],
    except: [],
    sha256: pin,
    origins: paths.map((path) => ({ url: base + path })),
    edits: [],
    ...more,
  };
}

function fresh(wanted: ThirdPartySource) {
  const store = openStore(join(temporaryDirectory(), "store"));
  return { store, tree: treeOf("answer", wanted, store) };
}

test.each(["/topped.tar.gz", "/flat.tar.gz"])("%s gives the pinned files alone", async (path) => {
  const { store, tree } = fresh(source([path]));
  const { files } = await ensureSource(tree, store, {});
  expect(files).toEqual([{ path: "src/answer.c", sha256: sha256(content) }]);
  expect(readFileSync(join(tree.directory, "src/answer.c"), "utf8")).toBe(content);
});

test("an origin that is missing or holds other files gives way to the next", async () => {
  const { store, tree } = fresh(source(["/gone.tar.gz", "/changed.tar.gz", "/flat.tar.gz"]));
  expect((await ensureSource(tree, store, {})).files).toHaveLength(1);
});

test("an origin that does not answer is given up within seconds", async () => {
  const { store, tree } = fresh(source(["/silent.tar.gz", "/flat.tar.gz"]));
  const start = performance.now();
  await ensureSource(tree, store, {});
  expect(performance.now() - start).toBeLessThan(8_000);
});

test("when none has the pinned files, the error says why for each", async () => {
  const { store, tree } = fresh(source(["/gone.tar.gz", "/changed.tar.gz"]));
  const error = await ensureSource(tree, store, {}).then(
    () => undefined,
    (reason: Error) => reason,
  );
  expect(error?.message.split("\n")).toEqual([
    "cannot get the source of answer 1.0:",
    `  ${base}/gone.tar.gz: HTTP status 404`,
    expect.stringMatching(
      `/changed.tar.gz: the files used \\(1\\) have SHA-256 [0-9a-f]{64}, but ${pin} is pinned$`,
    ),
  ]);
});

test("edits come after the pin, and other edits fetch nothing again", async () => {
  const edit = { file: "src/answer.c", find: "42", replace: "43" };
  const { store, tree } = fresh(source(["/flat.tar.gz"], { edits: [edit] }));
  await ensureSource(tree, store, {});
  expect(readFileSync(join(tree.directory, "src/answer.c"), "utf8")).toBe("int answer = 43;\n");
  const count = requests.length;
  const other = source(["/flat.tar.gz"], { edits: [{ ...edit, replace: "44" }] });
  const second = treeOf("answer", other, store);
  await ensureSource(second, store, {});
  expect(readFileSync(join(second.directory, "src/answer.c"), "utf8")).toBe("int answer = 44;\n");
  expect(requests).toHaveLength(count);
});

test("what a compiler read of a changed tree is thrown away", async () => {
  const build = async (damage: boolean) => {
    const shop = workshop();
    shop.write("libraries/answer/Kconfig", 'config LIB_ANSWER\n\tbool "Answer"\n');
    const description = {
      version: "1.0",
      licence: "MIT",
      description: "an answer",
      include: ["source:src"],
      source: { version: "1.0", files: ["src/**"], sha256: pin, origins: origins() },
    };
    shop.write("libraries/answer/library.json", JSON.stringify(description));
    shop.write("app/main.c", "#include <answer.c>\nint main(void) { return answer; }\n");
    await shop.build({ libraries: ["answer"] });
    if (damage) {
      const [key = ""] = readdirSync(shop.store.path("sources"));
      const file = shop.store.path("sources", key, "answer-1.0/src/answer.c");
      writeFileSync(file, "int answer = 41;\n");
    }
    shop.write("app/main.c", "#include <answer.c>\nint main(void) { return answer + 1; }\n");
    return (await shop.build({ libraries: ["answer"] })).manifest.digest;
  };
  const origins = () => [{ url: `${base}/topped.tar.gz` }, { url: `${base}/flat.tar.gz` }];
  expect(await build(true)).toBe(await build(false));
});

test("a package of npm's registry is unpacked", async () => {
  vi.stubEnv("npm_config_registry", base);
  vi.stubEnv("npm_config_cache", join(temporaryDirectory(), "npm"));
  const npm = { package: "@scope/answer", version: "2.0.0", directory: "src" };
  const wanted = source([], {
    files: ["*.c"],
    sha256: treeHash([{ path: "answer.c", sha256: sha256(content) }]),
    origins: [{ npm: { ...npm, version: "3.0.0" } }, { npm }],
  });
  const { store, tree } = fresh(wanted);
  const said: string[] = [];
  await ensureSource(tree, store, { onProgress: (text) => said.push(text) });
  expect(readFileSync(join(tree.directory, "answer.c"), "utf8")).toBe(content);
  expect(said).toEqual([
    "fetching answer 1.0 from npm (@scope/answer 3.0.0)",
    "fetching answer 1.0 from npm (@scope/answer 2.0.0)",
  ]);
  const absent = fresh({ ...wanted, origins: [{ npm: { ...npm, version: "3.0.0" } }] });
  await expect(ensureSource(absent.tree, absent.store, {})).rejects.toThrow(
    "npm (@scope/answer 3.0.0): npm: ",
  );
});

test("a tree that was changed in the store is fetched again", async () => {
  const { store, tree } = fresh(source(["/flat.tar.gz"]));
  await ensureSource(tree, store, {});
  expect((await ensureSource(tree, store, {})).wasIntact).toBe(true);
  writeFileSync(join(tree.directory, "src/answer.c"), "tampered");
  expect((await ensureSource(tree, store, {})).wasIntact).toBe(false);
  expect(readFileSync(join(tree.directory, "src/answer.c"), "utf8")).toBe(content);
});
