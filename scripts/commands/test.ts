// `npm test`: set-up, type check, lint and all tests; the last line counts them. Arguments are
// handed to vitest, and then only the tests they select are run.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { combine, summaryOf, type TestReport } from "../report/summary.ts";
import { setUpForTests } from "../steps/index.ts";
import { pulumiEnvironment } from "../support/environment.ts";
import { repositoryDirectory } from "../support/paths.ts";
import { inFront } from "../support/run.ts";
import type { Command } from "./command.ts";

const checks = [
  { name: "typecheck", program: "tsc", arguments: ["--noEmit"] },
  {
    name: "typecheck of the report's page",
    program: "tsc",
    arguments: ["--noEmit", "-p", "toolchain/src/report/page"],
  },
  {
    name: "typecheck of what handlers find",
    program: "tsc",
    arguments: ["--noEmit", "-p", "toolchain/lib/function/web"],
  },
  { name: "lint", program: "biome", arguments: ["check", "."] },
] as const;

async function runCheck(
  check: (typeof checks)[number],
  environment: NodeJS.ProcessEnv,
): Promise<TestReport> {
  const program = join(repositoryDirectory, "node_modules/.bin", check.program);
  const status = await inFront(program, check.arguments, {
    cwd: repositoryDirectory,
    env: environment,
  });
  return status === 0
    ? { passed: 1, failed: [], skipped: [] }
    : { passed: 0, failed: [check.name], skipped: [] };
}

async function runVitest(
  testArguments: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<TestReport> {
  const directory = await mkdtemp(join(tmpdir(), "unikernel-test-"));
  const file = join(directory, "report.json");
  try {
    const status = await inFront(
      join(repositoryDirectory, "node_modules/.bin/vitest"),
      [
        ...["run", "--reporter=default", "--reporter=./scripts/report/vitest-reporter.ts"],
        ...testArguments,
      ],
      { cwd: repositoryDirectory, env: { ...environment, UNIKERNEL_TEST_REPORT: file } },
    );
    const report = await readFile(file, "utf8").then(
      (text) => JSON.parse(text) as TestReport,
      () => ({ passed: 0, failed: ["vitest ended without a report"], skipped: [] }),
    );
    if (status !== 0 && report.failed.length === 0) {
      return { ...report, failed: [`vitest ended with status ${status}`] };
    }
    return report;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export const test: Command = {
  help: "checks types and style and runs all tests; arguments go to vitest",
  async run(commandArguments) {
    await setUpForTests();
    const environment = await pulumiEnvironment();
    const reports: TestReport[] = [];
    if (commandArguments.length === 0) {
      for (const check of checks) reports.push(await runCheck(check, environment));
    }
    reports.push(await runVitest(commandArguments, environment));
    const { lines, ok } = summaryOf(combine(reports));
    console.log(lines.join("\n"));
    return ok ? 0 : 1;
  },
};
