// The page of `unikernel report` as a browser shows it: nothing is asked of any network, the
// keyboard reaches everything, and names of symbols cannot become markup.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openStore } from "../../toolchain/src/index.ts";
import type { BuildRecord } from "../../toolchain/src/record/types.ts";
import { faintTexts, launchBrowser, lookAt, missingBrowser, openFile } from "./browser.ts";
import { counterMain, workshop } from "./builder-support.ts";
import {
  directory,
  hello,
  helloPage,
  imageOf,
  serverPage,
  succeed,
  unikernelIn,
  writePages,
} from "./report-support.ts";

writePages();

const missing = missingBrowser();

describe.skipIf(missing !== null)(`the page${missing === null ? "" : ` (${missing})`}`, () => {
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
      expect(complaints.join()).toContain("violates the following Content Security Policy");
      expect(requests).toHaveLength(1);
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
      const style = "getComputedStyle(document.activeElement).outline";
      const outline = (await page.evaluate(style)) as string;
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
      const stack = page.locator("#ranking button", { hasText: "x86" });
      expect(await stack.textContent()).toMatch(/^x86[\d.]+ KiB/);
      await page.locator("#find").fill("uk_stack");
      await page.locator("#ranking button").click();
      expect(await page.getByRole("radio", { name: "in memory" }).isChecked()).toBe(true);
      expect(await focusedLabel()).toMatch(/^\.uk_stack: 262,144 bytes, \d+ % of the memory/);
      expect(await text("#trail")).toBe("Imagex86boot.S");
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
      const all = '[...document.querySelectorAll("#graph .node")]';
      const nodes = await page.evaluate(`${all}.map((node) => node.dataset.name)`);
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
      const row = page.locator("#changes tr", { hasText: /^lwip\+/ });
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
      expect(await text("#ranking li:first-child button")).toMatch(/^lwip.*\+[\d.]+ KiB$/);
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
    const file = join(shop.directory, "evil.html");
    const title = "<i>&amp;";
    const commandLine = ["report", image.manifest.digest, "--title", title, "-o", file];
    const { status, stderr } = unikernelIn(shop, commandLine);
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
