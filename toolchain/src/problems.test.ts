import { expect, test } from "vitest";
import { formatProblem, ProblemsError } from "./problems.ts";

test("a problem names its place and its property", () => {
  expect(formatProblem({ path: "options.A", message: "no" })).toBe("options.A: no");
  const location = { file: "server.c", line: 12, column: 5 };
  expect(formatProblem({ path: "", message: "error: no", location })).toBe(
    "server.c:12:5: error: no",
  );
  expect(formatProblem({ path: "", message: "no", location: { file: "a.c", line: 1 } })).toBe(
    "a.c:1: no",
  );
});

test("an error says all of them, a line each", () => {
  const problems = [
    { path: "app", message: "one" },
    { path: "libraries[0]", message: "two" },
  ];
  expect(new ProblemsError(problems).message).toBe("app: one\nlibraries[0]: two");
});
