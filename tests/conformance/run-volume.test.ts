// `unikernel run --volume`: what a guest leaves on a file of the host, the next one finds.
import { spawnSync } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "./temporary.ts";

const directory = temporaryDirectory();
const main = join(import.meta.dirname, "../../toolchain/src/cli/main.ts");
const RUN_TIMEOUT_MS = 600_000;

const program = `
#include <stdio.h>
int main(void)
{
	int runs = 0;
	FILE *file = fopen("/data/runs", "r");
	if (file && fscanf(file, "%d", &runs) == 1)
		fclose(file);
	file = fopen("/data/runs", "w");
	printf("after %d runs: %s\\n", runs, file ? "written" : "not written");
	if (!file)
		return 3;
	fprintf(file, "%d\\n", runs + 1);
	return fclose(file) ? 4 : 0;
}
`;

function run(platform: string, volume: string) {
  const given = ["run", join(directory, "app"), "--platform", platform, "--volume", volume];
  const { status, stdout } = spawnSync(process.execPath, [main, ...given], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    timeout: RUN_TIMEOUT_MS,
  });
  return { status, console: stdout.replaceAll("\r", "") };
}

test.each(["kvm", "linux"])(
  "files outlive guests of the platform %s",
  (platform) => {
    const app = join(directory, "app");
    mkdirSync(app, { recursive: true });
    writeFileSync(join(app, "main.c"), program);
    writeFileSync(join(app, "unikernel.json"), '{ "libraries": ["volumes"] }');
    const disk = join(directory, `${platform}, a disk.raw`);
    writeFileSync(disk, "");
    truncateSync(disk, 2 ** 22);
    for (const runs of [0, 1]) {
      const found = { status: 0, console: `after ${runs} runs: written\n` };
      expect(run(platform, `${disk}:/data`)).toEqual(found);
    }
    const refused = { status: 3, console: "after 2 runs: not written\n" };
    expect(run(platform, `${disk}:/data:read-only`)).toEqual(refused);
  },
  RUN_TIMEOUT_MS,
);
