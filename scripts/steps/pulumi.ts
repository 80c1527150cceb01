// The Pulumi CLI and its language host for Node: those on PATH when recent enough, else ours,
// fetched from Pulumi's own site or built from pinned Go modules.

import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { download } from "../support/download.ts";
import { messageOf, StepError } from "../support/errors.ts";
import { repositoryDirectory, toolsDirectory } from "../support/paths.ts";
import { during, report } from "../support/progress.ts";
import { capture, findProgram, mustCapture } from "../support/run.ts";
import { isAtLeast } from "../support/versions.ts";
import { findOrFetchGo } from "./go.ts";
import type { Step } from "./step.ts";

const minimumVersion = "3.250.0";
const programNames = ["pulumi", "pulumi-language-nodejs"] as const;
const ourDirectory = join(toolsDirectory, "pulumi");
const ourPrograms = join(ourDirectory, "bin");

/** A release on Pulumi's own site, with the SHA-256 of its archives. */
const release = {
  version: "3.255.0",
  sha256: {
    x64: "cf559568e2c32f7fae56ea3de8ae5fa48973ba8c5aa9dd2b3dc0c8898fe50dba",
    arm64: "699fbc6ea848d997e9b3645487f108d27b1b55ec807c7576406131e6e080f0e3",
  } as Readonly<Record<string, string>>,
};

/** What is built from Go modules when that site cannot be reached. */
const goModules = [
  {
    program: "pulumi",
    directory: "scripts/go/cli",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    version: "v3.250.0",
    duration: "about 5 minutes on two cores, once",
  },
  {
    program: "pulumi-language-nodejs",
    directory: "scripts/go/language-host",
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    version: "v3.68.0",
    duration: "up to a minute, once",
  },
] as const;

/** The directory to put in front of PATH, "" when PATH has what is needed, undefined for neither. */
export async function pulumiDirectory(): Promise<string | undefined> {
  const [cli, languageHost] = programNames.map((name) => findProgram(name));
  if (cli !== undefined && languageHost !== undefined) {
    const { stdout } = await capture(cli, ["version"], {
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "1" },
    });
    if (isAtLeast(stdout, minimumVersion)) return "";
  }
  return existsSync(ourPrograms) ? ourPrograms : undefined;
}

export const pulumiStep: Step = {
  name: "pulumi",
  async run() {
    if ((await pulumiDirectory()) !== undefined) return;
    await mkdir(toolsDirectory, { recursive: true });
    const scratch = await mkdtemp(join(toolsDirectory, ".pulumi-"));
    try {
      const fresh = join(scratch, "pulumi");
      await mkdir(join(fresh, "bin"), { recursive: true });
      try {
        await fetchRelease(scratch, join(fresh, "bin"));
      } catch (error) {
        report(this.name, `not from get.pulumi.com: ${messageOf(error)}`);
        await buildFromGo(scratch, join(fresh, "bin"));
      }
      const version = await mustCapture(join(fresh, "bin/pulumi"), ["version"], {
        env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "1" },
      });
      if (!isAtLeast(version, minimumVersion)) {
        throw new StepError(`the new Pulumi CLI calls itself "${version.trim()}"`);
      }
      await rm(ourDirectory, { recursive: true, force: true });
      await rename(fresh, ourDirectory);
      report(this.name, `Pulumi ${version.trim()} is in ${ourDirectory}`);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  },
};

async function fetchRelease(scratch: string, destination: string): Promise<void> {
  const sha256 = release.sha256[process.arch];
  if (process.platform !== "linux" || sha256 === undefined) {
    throw new StepError(`no release is pinned for ${process.platform} on ${process.arch}`);
  }
  const archive = join(scratch, "pulumi.tar.gz");
  const name = `pulumi-v${release.version}-linux-${process.arch}.tar.gz`;
  await during("pulumi", `fetching Pulumi ${release.version} from get.pulumi.com`, () =>
    download(`https://get.pulumi.com/releases/sdk/${name}`, sha256, archive),
  );
  const members = programNames.map((program) => `pulumi/${program}`);
  await mustCapture("tar", [
    ...["-xzf", archive, "-C", destination, "--strip-components=1"],
    ...members,
  ]);
  for (const program of programNames) await chmod(join(destination, program), 0o755);
}

async function buildFromGo(scratch: string, destination: string): Promise<void> {
  const go = await findOrFetchGo(scratch);
  for (const module of goModules) {
    const message = `building ${module.program} ${module.version} from Go modules (${module.duration})`;
    await during("pulumi", message, () =>
      mustCapture(
        go.program,
        [
          ...["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags"],
          `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${module.version}`,
          ...["-o", join(destination, module.program), module.package],
        ],
        {
          cwd: join(repositoryDirectory, module.directory),
          env: {
            ...process.env,
            CGO_ENABLED: "0",
            GOTOOLCHAIN: "local",
            GOWORK: "off",
            GOOS: "",
            GOARCH: "",
            ...go.environment,
          },
        },
      ),
    );
  }
}
