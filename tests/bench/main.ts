// `npm run bench -- --group NAME [--only TEXT] [--json FILE]`: runs a group of benchmarks, prints a
// table, and with --json also writes the rows. Exits 1 when a goal was missed.
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { appsGroup } from "./apps/group.ts";
import { cloudsGroup } from "./clouds/group.ts";
import { hypervisorsGroup } from "./hypervisors/group.ts";
import { mainGroup } from "./main/group.ts";
import { rolloutsGroup } from "./rollouts/group.ts";
import type { Result } from "./row.ts";
import { printRow, printTable } from "./table.ts";
import { toolchainGroup } from "./toolchain/group.ts";

export interface Benchmark {
  readonly name: string;
  run(): Promise<readonly Result[]>;
}

const groups: Readonly<Record<string, readonly Benchmark[]>> = {
  main: mainGroup,
  apps: appsGroup,
  clouds: cloudsGroup,
  hypervisors: hypervisorsGroup,
  rollouts: rolloutsGroup,
  toolchain: toolchainGroup,
};

const { values } = parseArgs({
  options: {
    group: { type: "string", default: "main" },
    only: { type: "string", default: "" },
    json: { type: "string" },
  },
});

const group = groups[values.group];
if (!group) {
  console.error(`unknown group "${values.group}"; there are: ${Object.keys(groups).join(", ")}`);
  process.exit(2);
}

const results: Result[] = [];
for (const benchmark of group.filter(({ name }) => name.includes(values.only))) {
  console.error(`running ${benchmark.name} …`);
  const rows = await benchmark.run();
  for (const row of rows) console.error(`  ${printRow(row)}`);
  results.push(...rows);
}
console.log(printTable(results));
if (values.json) {
  const rows = results.filter((result) => !("skipped" in result));
  await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
}
process.exitCode = results.some((result) => !("skipped" in result) && !result.met) ? 1 : 0;
