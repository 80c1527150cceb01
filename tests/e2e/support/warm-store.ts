// Builds the fixture once before any test, so that no test's time limit has to cover fetching
// sources and compiling all libraries for the first time.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const repository = join(import.meta.dirname, "../../..");

export default function warmStore(): void {
  const { status } = spawnSync(
    join(repository, "toolchain/bin/unikernel"),
    ["build", join(repository, "tests/e2e/fixtures/web")],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  if (status !== 0) throw new Error("tests/e2e/fixtures/web could not be built");
}
