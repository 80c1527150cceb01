// `unikernel report` as a user runs it, and its page as a browser shows it: every byte of the image
// is there, nothing is asked of any network, and the keyboard reaches everything.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadType, readElf } from "../../toolchain/src/image/elf.ts";
import { openStore } from "../../toolchain/src/index.ts";
import type { BuildRecord } from "../../toolchain/src/record/types.ts";
import type { PageData } from "../../toolchain/src/report/figures/data.ts";
import {
  dataBlock,
  faintTexts,
  launchBrowser,
  lookAt,
  missingBrowser,
  openFile,
} from "./browser.ts";
import { counterMain, workshop } from "./builder-support.ts";
import { temporaryDirectory } from "./temporary.ts";

const repository = join(import.meta.dirname, "../..");
const hello = join(repository, "examples/hello");
const server = join(repository, "examples/http-server/app");
const directory = temporaryDirectory();
const helloPage = join(directory, "hello.html");
const serverPage = join(directory, "server.html");
const changedOption = ["--option", "LWIP_TCP_WND=32120"];

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function unikernel(commandLine: readonly string[], environment: NodeJS.ProcessEnv = {}): Outcome {
  return spawnSync(join(repository, "toolchain/bin/unikernel"), commandLine, {
    cwd: directory,
    encoding: "utf8",
    env: { ...process.env, ...environment },
    maxBuffer: 64 << 20,
  });
}

function succeed(...commandLine: string[]): string {
  const { status, stdout, stderr } = unikernel(commandLine);
  expect(status, stderr).toBe(0);
  return stdout;
}

beforeAll(() => {
  succeed("report", hello, "-o", helloPage);
  succeed("report", server, ...changedOption, "--compare", hello, "-o", serverPage);
});

/** The image that a page tells about, as the store has it. */
async function imageOf(page: string) {
  const digest = /<code title="(sha256:[0-9a-f]{64})"/.exec(readFileSync(page, "utf8"))?.[1] ?? "";
  const image = await openStore().image(digest);
  if (!image) throw new Error(`the store has no ${digest}`);
  return image;
}

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
    expect(place("uk_kvm_entry")).toEqual(["own plat-kvm boot.S"]);
  });

  test("is the same every time, and names no place of this machine", () => {
    const again = join(directory, "again.html");
    succeed("report", server, ...changedOption, "--compare", hello, "-o", again);
    const text = readFileSync(again, "utf8");
    expect(text).toBe(readFileSync(serverPage, "utf8"));
    for (const place of [homedir(), repository, directory]) expect(text).not.toContain(place);
  });

  test("can be had of a digest or a file, under another title, and on standard output", async () => {
    const { manifest, path } = await imageOf(helloPage);
    const byDigest = succeed("report", manifest.digest, "--output", "-");
    expect(succeed("report", path, "-o", "-")).toBe(byDigest);
    expect(succeed("report", manifest.digest, "--title", "hello", "-o", "-")).toBe(
      readFileSync(helloPage, "utf8"),
    );
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
    const home = join(shop.directory, "home");
    mkdirSync(home);
    symlinkSync(shop.store.directory, join(home, "store"));
    const image = await shop.build();
    const { digest } = image.manifest;
    const report = () => unikernel(["report", digest, "-o", "-"], { UNIKERNEL_HOME: home });
    expect(report().status).toBe(0);
    writeFileSync(shop.store.linkMapPath(digest), "nothing\n");
    expect(report()).toMatchObject({ status: 1, stdout: "" });
    expect(report().stderr).toContain(`what is kept of ${digest} is damaged`);
    rmSync(join(dirname(image.path), "builds"), { recursive: true });
    expect(report().stderr).toContain("nothing was kept of how this image was built");
  });
});

const missing = missingBrowser();

describe.skipIf(missing !== null)(`the page ${missing ?? ""}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  let page: Page;
  let complaints: string[];
  let requests: string[];
  const open = async (
    ...view: Parameters<typeof openFile> extends [unknown, ...infer Rest] ? Rest : never
  ) => {
    ({ page, complaints, requests } = await openFile(browser, ...view));
  };
  const text = async (selector: string) => (await page.locator(selector).textContent()) ?? "";
  const focusedLabel = () => page.locator(":focus").getAttribute("aria-label");

  describe("of one image", () => {
    beforeEach(() => open(helloPage));

    test("asks nobody for anything and breaks no rule of its own", async () => {
      await page.locator("#map .cell").first().click();
      await page.waitForLoadState("networkidle");
      expect(requests).toEqual([pathToFileURL(helloPage).href]);
      expect(complaints).toEqual([]);
      // Not even if a script wanted to.
      const attempt = page.evaluate(`fetch("https://example.org/").then(() => "went out")`);
      await expect(attempt).rejects.toThrow("Failed to fetch");
    });

    test("begins with the name, the digest and the figures that matter", async () => {
      const { manifest } = await imageOf(helloPage);
      expect(await page.title()).toBe(`hello (${manifest.digest.slice(7, 19)})`);
      expect(await text("h1")).toBe("hello");
      const figures = await page.locator(".figures li").allTextContents();
      expect(figures[0]).toContain(`${manifest.sizeBytes.toLocaleString("en")} bytes`);
      expect(figures[2]).toMatch(new RegExp(`^Libraries ${manifest.libraries.length} `));
      expect(figures.at(-1)).toBe("Writable code none W^X holds");
      expect(await text("#sections .lead")).toContain("no memory of the image is both writable");
      expect(await page.locator("#sections tr", { hasText: "read, execute" }).count()).toBe(1);
    });

    test("the treemap is walked with the keyboard alone", async () => {
      await page.locator("#find").focus();
      await page.keyboard.press("Tab");
      expect(await focusedLabel()).toMatch(/^musl: [\d,]+ bytes, \d+ % of the file; /);
      expect(await text("#map-detail")).toBe(await focusedLabel());

      // Every cell by size, then back to the first.
      const cells = await page.locator("#map .cell").count();
      const seen = new Set([await focusedLabel()]);
      for (let step = 1; step < cells; step++) {
        await page.keyboard.press("PageDown");
        seen.add(await focusedLabel());
      }
      expect(seen.size).toBe(cells);
      await page.keyboard.press("Home");

      const before = await page.locator(":focus").boundingBox();
      await page.keyboard.press("ArrowRight");
      const right = await page.locator(":focus").boundingBox();
      expect(right?.x).toBeGreaterThanOrEqual((before?.x ?? 0) + (before?.width ?? 0) - 1);
      await page.keyboard.press("ArrowLeft");
      expect(await focusedLabel()).toMatch(/^musl: /);

      await page.keyboard.press("Enter");
      expect(await text("#trail")).toBe("Imagemusl");
      const object = await focusedLabel();
      expect(object).toMatch(/^src\/stdio\/vfprintf\.c: /);
      await page.keyboard.press("Enter");
      expect(await text("#trail")).toBe("Imagemuslsrc/stdio/vfprintf.c");
      expect(await focusedLabel()).toMatch(/^printf_core: .*section \.text/);
      // A symbol holds nothing to open.
      await page.keyboard.press("Enter");
      expect(await focusedLabel()).toMatch(/^printf_core: /);

      await page.keyboard.press("Escape");
      expect(await focusedLabel()).toBe(object);
      await page.keyboard.press("Backspace");
      expect(await focusedLabel()).toMatch(/^musl: /);
      await page.keyboard.press("Escape");
      expect(await text("#trail")).toBe("Image");
    });

    test("the focus can be seen", async () => {
      await page.locator("#map .cell").first().focus();
      await page.keyboard.press("PageDown");
      const outline = await page.evaluate("getComputedStyle(document.activeElement).outline");
      expect(outline).toMatch(/solid 3px|3px solid/);
    });

    test("a list beside it says the same in words", async () => {
      const cells = await page.locator("#map .cell").count();
      const rows = page.locator("#ranking button");
      expect(await rows.count()).toBe(cells);
      expect(await text("#ranking-title")).toBe(`${cells} parts`);
      const first = await rows.first().textContent();
      expect(first).toMatch(/^musl[\d.]+ KiB\d+ %$/);
      await rows.first().click();
      expect(await text("#trail")).toBe("Imagemusl");
    });

    test("memory shows what the file does not hold, and a search finds it", async () => {
      const stack = page.locator("#ranking button", { hasText: "plat-kvm" });
      expect(await stack.textContent()).toMatch(/^plat-kvm[\d.]+ KiB/);
      await page.locator("#find").fill("uk_stack");
      await page.locator("#ranking button").click();
      expect(await page.getByRole("radio", { name: "in memory" }).isChecked()).toBe(true);
      expect(await focusedLabel()).toMatch(/^\.uk_stack: 262,144 bytes, \d+ % of the memory/);
      expect(await text("#trail")).toBe("Imageplat-kvmboot.S");
    });

    test("colours say whose or what the bytes are", async () => {
      expect(await text("#legend")).toMatch(/application [\d.]+ K?i?B.*third-party code/);
      await page.getByRole("radio", { name: "what it is" }).focus();
      await page.keyboard.press("Space");
      expect(await text("#legend")).toMatch(/code [\d.]+ KiB.*read-only data/);
      expect(await page.locator("#map .c-code").count()).toBeGreaterThan(0);
    });

    test("the graph tells why a library is there, by mouse and by keyboard", async () => {
      await page.locator('#graph [data-name="vfs"]').click();
      const reasons = await text("#reasons");
      expect(reasons).toMatch(/Why it is there.*musl.*selects it.*musl\/Kconfig:\d+/s);
      expect(reasons).toMatch(/What it brings.*posix.*selects it.*vfs\/Kconfig:\d+/s);
      const shown = await page.locator("#graph .edges .incoming, #graph .edges .outgoing").count();
      expect(await page.locator("#reasons li").count()).toBe(shown);

      await page.keyboard.press("Escape");
      expect(await page.locator('#graph [aria-pressed="true"]').count()).toBe(0);
      await page.locator('#graph [data-name="application"]').focus();
      await page.keyboard.press("ArrowDown");
      const label = await focusedLabel();
      await page.keyboard.press("Enter");
      expect(await text("#reasons h3")).toBe(label?.replace(/:.*/, ""));
      expect(await page.locator("#graph [aria-pressed=true]").getAttribute("aria-label")).toBe(
        label,
      );
    });

    test("all reasons stand in a table", async () => {
      const { manifest } = await imageOf(helloPage);
      const kept = openStore().kept(manifest, "record.json") ?? "";
      const { edges, libraries } = JSON.parse(kept) as BuildRecord;
      expect(await page.locator("#libraries tbody tr").count()).toBe(edges.length);
      const nodes = await page.evaluate(
        `[...document.querySelectorAll("#graph .node")].map((node) => node.dataset.name)`,
      );
      expect(nodes).toEqual(expect.arrayContaining(libraries.map(({ name }) => name)));
    });

    test("the bill of materials and the provenance can be saved as they are", async () => {
      const save = async (button: string) => {
        const download = page.waitForEvent("download");
        await page.getByRole("button", { name: button }).click();
        return readFileSync(await (await download).path(), "utf8");
      };
      expect(await save("Save as CycloneDX")).toBe(succeed("sbom", hello));
      expect(await save("Save as in-toto statement")).toBe(succeed("provenance", hello));
      expect(await text("#contents table")).toMatch(/musl.*MIT AND Apache-2\.0/s);
      expect(requests).toHaveLength(1);
    });

    test("everything that can be used has a name", async () => {
      const names = await page.getByRole("button").or(page.getByRole("link")).all();
      expect(names.length).toBeGreaterThan(30);
      const snapshot = await page.locator("body").ariaSnapshot();
      expect(
        snapshot.split("\n").filter((line) => /- (button|link|radio|searchbox)$/.test(line.trim())),
      ).toEqual([]);
    });
  });

  describe("of two images", () => {
    beforeEach(() => open(serverPage));

    test("tells what grew, by library and by symbol", async () => {
      expect(await text("#changes .lead")).toContain("Compared with hello");
      const row = page.locator("#changes table").first().locator("tr", { hasText: /^lwip/ });
      expect(await row.textContent()).toMatch(/lwip\s*\+[\d.]+ KiB\s*0 B\s*[\d.]+ KiB/);
      const symbol = page.locator("#change-rows tr", { hasText: "head_parse" }).first();
      expect(await symbol.textContent()).toMatch(/head_parse\+.*new.*0 B/);
    });

    test("finds a changed symbol among the smaller changes, too", async () => {
      const rows = page.locator("#change-rows tbody tr:visible");
      const before = await rows.count();
      await page.getByLabel("Find a changed symbol").fill("serve_health");
      expect(await rows.count()).toBe(1);
      expect(await rows.textContent()).toContain("application › main.c");
      await page.getByLabel("Find a changed symbol").fill("no such symbol");
      expect(await page.locator("#change-rows [data-none]").isVisible()).toBe(true);
      await page.getByLabel("Find a changed symbol").fill("");
      expect(await rows.count()).toBe(before);
    });

    test("names the option that was set, and where it is defined", async () => {
      const row = page.locator("#options tr", { hasText: "LWIP_TCP_WND" });
      expect(await row.textContent()).toMatch(
        /LWIP_TCP_WND\s*32120\s*64240\s*requested.*lwip\/Kconfig:\d+/s,
      );
      expect(await text("#options .lead")).toMatch(/^1 option of \d+ differs from its default\.$/);
    });

    test("the treemap shows the change", async () => {
      await page.getByRole("radio", { name: "what changed" }).focus();
      await page.keyboard.press("Space");
      expect(await page.locator("#map .cell.c-new").count()).toBeGreaterThan(3);
      expect(await page.locator("#ranking button").first().textContent()).toMatch(
        /^lwip.*\+[\d.]+ KiB$/,
      );
      expect(complaints).toEqual([]);
    });
  });

  describe("whatever it is looked at with", () => {
    const views = [1280, 390].flatMap((width) =>
      (["light", "dark"] as const).map((scheme) => ({ width, scheme })),
    );

    test.each(views)("fits $width pixels, $scheme", async (view) => {
      await open(serverPage, view);
      const width = await page.evaluate("document.documentElement.scrollWidth");
      expect(width).toBe(view.width);
      const picture = await page.screenshot({
        path: join(directory, `${view.width}-${view.scheme}.png`),
      });
      const map = await page.locator("#map").screenshot();
      const whole = await lookAt(browser, picture);
      expect(whole.colours).toBeGreaterThan(30);
      if (view.scheme === "light") expect(whole.brightness).toBeGreaterThan(180);
      else expect(whole.brightness).toBeLessThan(80);
      expect((await lookAt(browser, map)).colours).toBeGreaterThan(30);
      expect(await faintTexts(page)).toEqual([]);
    });

    test("on paper all is there and nothing that can only be clicked", async () => {
      await open(serverPage);
      await page.emulateMedia({ media: "print" });
      expect(await page.locator("body > nav").isVisible()).toBe(false);
      expect(await page.locator(".download:visible, input:visible").count()).toBe(0);
      for (const part of ["changes", "bytes", "libraries", "contents"]) {
        expect(await page.locator(`#${part}-title`).isVisible()).toBe(true);
      }
      expect((await page.pdf({ format: "A4" })).length).toBeGreaterThan(20_000);
    });

    test("without scripts the tables can be read", async () => {
      const context = await browser.newContext({ javaScriptEnabled: false });
      page = await context.newPage();
      await page.goto(pathToFileURL(serverPage).href);
      expect(await page.locator("noscript").isVisible()).toBe(true);
      expect(await page.locator("#map").isVisible()).toBe(false);
      expect(await page.locator("#contents table").isVisible()).toBe(true);
      await context.close();
    });
  });

  test("names that look like markup stay names", async () => {
    const shop = workshop();
    const evil = "</script><script>document.title=0</script>";
    shop.write(
      "app/<img src=x onerror=document.title=1>.c",
      `int evil(void) __asm__(${JSON.stringify(evil)});
__attribute__((noinline, used)) int evil(void) { return 7; }
__attribute__((used)) const char *text(void) { return "<b id=bold>bold</b>"; }
`,
    );
    shop.write(
      "app/main.c",
      counterMain
        .replace("counter_next()", "counter_next() + evil()")
        .replace("int main", `int evil(void) __asm__(${JSON.stringify(evil)});\n\nint main`),
    );
    const image = await shop.build();
    const home = join(shop.directory, "home");
    mkdirSync(home);
    symlinkSync(shop.store.directory, join(home, "store"));
    const file = join(shop.directory, "evil.html");
    const title = "<i>&amp;";
    const commandLine = ["report", image.manifest.digest, "--title", title, "-o", file];
    const { status, stderr } = unikernel(commandLine, { UNIKERNEL_HOME: home });
    expect(status, stderr).toBe(0);
    await open(file);
    expect(await page.title()).toContain(title);
    expect(await text("h1")).toBe(title);
    await page.locator("#find").fill("script");
    await page.locator("#ranking button", { hasText: evil }).click();
    expect(await text("#trail")).toContain("<img src=x onerror=document.title=1>.c");
    expect(await focusedLabel()).toContain(evil);
    expect(await page.locator("img, #bold, h1 i").count()).toBe(0);
    expect(await page.title()).toContain(title);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([pathToFileURL(file).href]);
  });
});
