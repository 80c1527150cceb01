// Writes what a vitest run came to as JSON to the file $UNIKERNEL_TEST_REPORT, for commands/test.ts.
import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";
import { reasonInName, type SkippedTest, type TestReport } from "./summary.ts";

export default class SummaryReporter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: "passed" | "interrupted" | "failed",
  ): void {
    let passed = 0;
    const failed = unhandledErrors.map((error) => `unhandled error: ${error.message}`);
    const skipped: SkippedTest[] = [];
    for (const module of modules) {
      const file = module.relativeModuleId;
      if (module.errors().length > 0) failed.push(`${file} (could not be run)`);
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) failed.push(`${file} > ${suite.fullName} (set-up)`);
      }
      for (const test of module.children.allTests()) {
        const name = `${file} > ${test.fullName}`;
        const result = test.result();
        if (result.state === "passed") passed += 1;
        else if (result.state === "skipped") {
          skipped.push({ name, reason: result.note ?? reasonInName(test.fullName) });
        } else failed.push(result.state === "failed" ? name : `${name} (not run)`);
      }
    }
    if (reason === "interrupted") failed.push("the run was interrupted");
    const report: TestReport = { passed, failed, skipped };
    const file = process.env.UNIKERNEL_TEST_REPORT;
    if (file !== undefined) writeFileSync(file, JSON.stringify(report));
  }
}
