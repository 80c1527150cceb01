// Installs the npm packages that package-lock.json pins, unless exactly these are there.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { StepError } from "../support/errors.ts";
import { repositoryDirectory } from "../support/paths.ts";
import { during } from "../support/progress.ts";
import { findProgram, mustCapture } from "../support/run.ts";
import type { Step } from "./step.ts";

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly link?: boolean;
}
type LockedPackages = Readonly<Record<string, LockedPackage>>;

/** What the lock asks for and npm's own record of node_modules lacks or has otherwise. */
export function outdatedPackages(wanted: LockedPackages, installed: LockedPackages): string[] {
  const outdated: string[] = [];
  for (const [path, { version, integrity, optional, link }] of Object.entries(wanted)) {
    if (!path.includes("node_modules/")) continue;
    const present = installed[path];
    // Optional packages are left out on machines they are not made for.
    if (present === undefined && optional) continue;
    const same =
      present !== undefined &&
      (link ? present.link === true : present.version === version) &&
      (integrity === undefined || present.integrity === integrity);
    if (!same) outdated.push(path);
  }
  return outdated;
}

async function lockedPackages(file: string): Promise<LockedPackages> {
  const lock = JSON.parse(await readFile(file, "utf8")) as { packages?: LockedPackages };
  return lock.packages ?? {};
}

async function outdated(): Promise<string[]> {
  const wanted = await lockedPackages(join(repositoryDirectory, "package-lock.json"));
  const record = join(repositoryDirectory, "node_modules/.package-lock.json");
  // No record: npm has not finished an installation here.
  const installed = await lockedPackages(record).catch(() => ({}));
  return outdatedPackages(wanted, installed);
}

export const npmStep: Step = {
  name: "npm",
  async run() {
    if ((await outdated()).length === 0) return;
    if (findProgram("npm") === undefined) {
      throw new StepError("`npm` is not on PATH; install it (`apt-get install npm`) and try again");
    }
    // Not `npm ci`: it refuses a lock made where the registry lacks packages of other machines.
    // `install --no-save` takes the locked versions too; that it did is checked afterwards.
    const options = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
    await during(this.name, "installing the packages of package-lock.json", () =>
      mustCapture("npm", ["install", ...options], { cwd: repositoryDirectory }),
    );
    const wrong = await outdated();
    if (wrong.length > 0) {
      throw new StepError(
        `npm did not install what package-lock.json pins: ${wrong.join(", ")}; remove node_modules and try again`,
      );
    }
  },
};
