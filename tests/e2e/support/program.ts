// The Pulumi programs and applications of the tests.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const fixtures = join(import.meta.dirname, "../fixtures");

export interface ProgramOptions {
  readonly app?: string;
  readonly libraries?: readonly string[];
  readonly options?: Readonly<Record<string, unknown>>;
  /** Source text of further properties of the image. */
  readonly image?: string;
  /** undefined: no guest. */
  readonly guest?: GuestOptions | undefined;
}

export interface GuestOptions {
  readonly hostPort: number;
  /** Source text of the driver. */
  readonly driver?: string;
  /** Source text of the environment, an object. */
  readonly env?: string;
  /** Source text of the health check, an object. */
  readonly healthCheck?: string;
}

/** A program with one image "web" and, unless told otherwise, one guest "web". */
export function programText(options: ProgramOptions): string {
  const image = [
    `  app: ${JSON.stringify(options.app ?? "./app")},`,
    `  libraries: ${JSON.stringify(options.libraries ?? ["lwip", "httpd"])},`,
    `  options: ${JSON.stringify(options.options ?? {})},`,
    options.image ?? "",
  ];
  const lines = [
    'import * as pulumi from "@pulumi/pulumi";',
    'import * as unikernel from "pulumi-unikernel";',
    "export const stack = pulumi.getStack();",
    'const image = new unikernel.Image("web", {',
    ...image,
    "});",
    "export const digest = image.digest;",
    "export const sourceHash = image.sourceHash;",
    "export const libraries = image.libraries;",
  ];
  const { guest } = options;
  if (guest !== undefined) {
    lines.push(
      'const web = new unikernel.Guest("web", {',
      "  image,",
      `  driver: ${guest.driver ?? '"qemu"'},`,
      '  memory: "32MiB",',
      // A sandboxed guest is a process.
      guest.driver === '"sandbox"' ? "" : '  accelerator: "tcg",',
      `  ports: [{ host: ${guest.hostPort}, guest: 80 }],`,
      `  env: ${guest.env ?? "{}"},`,
      `  healthCheck: ${guest.healthCheck ?? '{ http: "/healthz" }'},`,
      "});",
      "export const url = web.url;",
      "export const ports = web.ports;",
    );
  }
  return `${lines.join("\n")}\n`;
}

/** Copies an application of tests/e2e/fixtures. */
export function writeApplication(name: string, directory: string): void {
  mkdirSync(directory, { recursive: true });
  cpSync(join(fixtures, name), directory, { recursive: true });
}

/** Replaces text that must be there. */
export function editFile(file: string, from: string, to: string): void {
  const text = readFileSync(file, "utf8");
  if (!text.includes(from)) throw new Error(`${file} does not contain ${JSON.stringify(from)}`);
  writeFileSync(file, text.replace(from, to));
}
