// What a run of all tests came to, and the line it ends with.

export interface TestReport {
  readonly passed: number;
  /** One entry per failure, by name. */
  readonly failed: readonly string[];
  readonly skipped: readonly SkippedTest[];
}

export interface SkippedTest {
  readonly name: string;
  /** undefined counts as a failure: a skip must say why. */
  readonly reason: string | undefined;
}

/** Groups that are skipped as a whole carry no note; their names say why, in parentheses. */
export function reasonInName(name: string): string | undefined {
  return /\(([^()]+)\)/.exec(name)?.[1]?.replace(/^skipped: /, "");
}

export function combine(reports: readonly TestReport[]): TestReport {
  return {
    passed: reports.reduce((sum, report) => sum + report.passed, 0),
    failed: reports.flatMap((report) => report.failed),
    skipped: reports.flatMap((report) => report.skipped),
  };
}

/** Everything to print after a run; the last line is `N passed, N failed, N skipped`. */
export function summaryOf(report: TestReport): { readonly lines: string[]; readonly ok: boolean } {
  const explained = report.skipped.filter(({ reason }) => reason !== undefined);
  const failed = [
    ...report.failed,
    ...report.skipped
      .filter(({ reason }) => reason === undefined)
      .map(({ name }) => `${name} (skipped without a reason)`),
  ];
  return {
    lines: [
      ...explained.map(({ name, reason }) => `skipped: ${name}: ${reason}`),
      ...failed.map((name) => `failed: ${name}`),
      `${report.passed} passed, ${failed.length} failed, ${explained.length} skipped`,
    ],
    ok: failed.length === 0,
  };
}
