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

async function isUpToDate(): Promise<boolean> {
  const wanted = await lockedPackages(join(repositoryDirectory, "package-lock.json"));
  try {
    const installed = await lockedPackages(
      join(repositoryDirectory, "node_modules/.package-lock.json"),
    );
    return outdatedPackages(wanted, installed).length === 0;
  } catch {
    return false; // npm has not finished an installation here.
  }
}

export const npmStep: Step = {
  name: "npm",
  async run() {
    if (await isUpToDate()) return;
    if (findProgram("npm") === undefined) {
      throw new StepError("`npm` is not on PATH; install it (`apt-get install npm`) and try again");
    }
    await during(this.name, "installing the packages of package-lock.json", () =>
      mustCapture("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
        cwd: repositoryDirectory,
      }),
    );
  },
};
