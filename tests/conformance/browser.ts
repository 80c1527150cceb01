// Debian's Chromium without a window, for pages that lie on this machine.
import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { run } from "./kconfig-conf.ts";

/** Why there is no browser, or null. */
export function missingBrowser(): string | null {
  return run("chromium", ["--version"]).ok
    ? null
    : "needs Chromium: `npm test` installs it where it may, `sudo apt-get install chromium` does";
}

/** It asks no host of its own for anything. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: spawnSync("sh", ["-c", "command -v chromium"], {
      encoding: "utf8",
    }).stdout.trim(),
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
}

export interface OpenedPage {
  readonly page: Page;
  /** Addresses that the page asked for, itself among them. */
  readonly requests: string[];
  /** What the page complained of: errors of scripts, violations of its policy. */
  readonly complaints: string[];
}

export interface View {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: "light" | "dark";
}

export async function openFile(
  browser: Browser,
  file: string,
  view: View = {},
): Promise<OpenedPage> {
  const { width = 1280, height = 900, scheme = "light" } = view;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(pathToFileURL(file).href);
  return { page, requests, complaints };
}

/** How many different colours a picture (PNG) has, and their mean brightness from 0 to 255. */
export async function lookAt(
  browser: Browser,
  picture: Buffer,
): Promise<{ readonly colours: number; readonly brightness: number }> {
  const page = await browser.newPage();
  try {
    const source = `data:image/png;base64,${picture.toString("base64")}`;
    // A page of the browser knows no types of ours: text.
    return (await page.evaluate(`(async () => {
      const image = new Image();
      image.src = ${JSON.stringify(source)};
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.width;
      canvas.height = image.height;
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      const colours = new Set();
      let sum = 0;
      for (let at = 0; at < data.length; at += 4) {
        colours.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
        sum += (data[at] + data[at + 1] + data[at + 2]) / 3;
      }
      return { colours: colours.size, brightness: sum / (data.length / 4) };
    })()`)) as { colours: number; brightness: number };
  } finally {
    await page.close();
  }
}

/**
 * Text with too little contrast to what it stands on, as "text ratio"; WCAG asks for 4.5. Text
 * that is not seen, and pictures, do not count.
 */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const rgba = (colour) => {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data];
    };
    const luminance = ([r, g, b]) => {
      const [x, y, z] = [r, g, b].map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const background = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const colour = rgba(getComputedStyle(at).backgroundColor);
        if (colour[3] === 255) return colour;
      }
      return [255, 255, 255, 255];
    };
    const faint = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const text = walker.currentNode.textContent.trim();
      if (text === "" || element.closest("svg, script, style") || !element.checkVisibility()) continue;
      const ink = luminance(rgba(getComputedStyle(element).color));
      const paper = luminance(background(element));
      const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
      if (ratio < 4.5) faint.add(text.slice(0, 40) + " " + ratio.toFixed(2));
    }
    return [...faint];
  })()`) as Promise<string[]>;
}
