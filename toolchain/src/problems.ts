// What is wrong with a request, collected rather than thrown one at a time.

export interface SourceLocation {
  /** Path as the user wrote it or relative to the application, never machine-specific. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column?: number;
}

export interface Problem {
  /** The property at fault, e.g. `options.LWIP_TCP_WND` or `libraries[1]`; "" when none is. */
  readonly path: string;
  /** What is wrong and what to do about it. */
  readonly message: string;
  readonly location?: SourceLocation;
}

/** Bad input: everything that is wrong, at once. */
export class ProblemsError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.name = "ProblemsError";
    this.problems = problems;
  }
}

export function formatProblem(problem: Problem): string {
  const where = problem.location ? `${formatLocation(problem.location)}: ` : "";
  const property = problem.path ? `${problem.path}: ` : "";
  return `${where}${property}${problem.message}`;
}

/** `server.c:12:5`, as compilers write it. */
export function formatLocation(location: SourceLocation): string {
  const column = location.column === undefined ? "" : `:${location.column}`;
  return `${location.file}:${location.line}${column}`;
}
