// `unikernel report` as a user runs it: every byte of the image is accounted for, the same page
// every time, and mistakes are told.
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadType, readElf } from "../../toolchain/src/image/elf.ts";
import type { PageData } from "../../toolchain/src/report/figures/data.ts";
import { workshop } from "./builder-support.ts";
import {
  dataBlock,
  directory,
  hello,
  helloPage,
  imageOf,
  repository,
  serverPage,
  serverRequest,
  succeed,
  unikernel,
  unikernelIn,
  writePages,
} from "./report-support.ts";

writePages();

describe("the file", () => {
  test("accounts for every byte of the image's file and of its memory", async () => {
    for (const page of [helloPage, serverPage]) {
      const { path } = await imageOf(page);
      let file = 0;
      let memory = 0;
      for (const library of dataBlock<PageData>(page, "page-data").libraries) {
        for (const { sizes } of library.objects.flatMap((object) => object.symbols)) {
          file += sizes[0];
          memory += sizes[1];
        }
      }
      expect(file).toBe(statSync(path).size);
      const loaded = readElf(readFileSync(path)).segments.filter(({ type }) => type === loadType);
      expect(memory).toBe(loaded.reduce((sum, segment) => sum + segment.memorySize, 0));
    }
  });

  test("gives functions to the library and the source file they come from", () => {
    const { libraries } = dataBlock<PageData>(serverPage, "page-data");
    const place = (symbol: string) =>
      libraries.flatMap((library) =>
        library.objects
          .filter((object) => object.symbols.some(({ name }) => name === symbol))
          .map((object) => `${object.origin} ${library.name} ${object.name}`),
      );
    expect(place("main")).toContain("application application main.c");
    expect(place("httpd_run")).toEqual(["own httpd server.c"]);
    expect(place("printf_core")).toEqual(["third-party musl src/stdio/vfprintf.c"]);
    expect(place("uk_pvh_entry")).toEqual(["own x86 boot.S"]);
  });

  test("is the same every time, and names no place of this machine", () => {
    const again = join(directory, "again.html");
    succeed("report", ...serverRequest, "-o", again);
    const text = readFileSync(again, "utf8");
    expect(text).toBe(readFileSync(serverPage, "utf8"));
    for (const place of [homedir(), repository, directory]) expect(text).not.toContain(place);
  });

  test("can be had of a digest or a file, under another title, and on standard output", async () => {
    const { manifest, path } = await imageOf(helloPage);
    const byDigest = succeed("report", manifest.digest, "--output", "-");
    expect(succeed("report", path, "-o", "-")).toBe(byDigest);
    // Not compared with the directory's page: the store may know other sources of this image.
    const titled = succeed("report", manifest.digest, "--title", "another", "-o", "-");
    expect(titled).toMatch(/<h1[^>]*>another<\/h1>/);
    expect(byDigest).not.toContain("another</h1>");
    const name = `report-${manifest.digest.slice(7, 19)}.html`;
    expect(succeed("report", manifest.digest)).toBe(`report: ${name}\n`);
    expect(readFileSync(join(directory, name), "utf8")).toBe(byDigest);
  });
});

describe("mistakes", () => {
  const unknown = `sha256:${"0".repeat(64)}`;
  test.each([
    [["report"], 2, "expected one image or directory"],
    [["report", "sha256:12"], 2, "expected sha256: and 64 hexadecimal digits"],
    [["report", unknown.slice(0, 20)], 1, "the store has no image whose digest begins like that"],
    [["report", unknown], 1, `the store has no image ${unknown}; build it`],
    [["report", hello, "--compare", unknown], 1, `the store has no image ${unknown}`],
    [["report", hello, "-o", "no/such/directory.html"], 1, "cannot write the report: ENOENT"],
    [["report", hello, "--colour"], 2, "Unknown option '--colour'"],
  ])("%j is refused", (commandLine, status, message) => {
    const result = unikernel(commandLine);
    expect(result).toMatchObject({ status, stdout: "" });
    expect(result.stderr).toContain(message);
  });

  test("an image without a record, or with a damaged map, is told so", async () => {
    const shop = workshop();
    const image = await shop.build();
    const { digest } = image.manifest;
    const report = () => unikernelIn(shop, ["report", digest, "-o", "-"]);
    expect(report().status).toBe(0);
    writeFileSync(shop.store.linkMapPath(digest), "nothing\n");
    expect(report()).toMatchObject({ status: 1, stdout: "" });
    expect(report().stderr).toContain(`what is kept of ${digest} is damaged`);
    rmSync(join(dirname(image.path), "builds"), { recursive: true });
    expect(report().stderr).toContain("nothing was kept of how this image was built");
  });
});
