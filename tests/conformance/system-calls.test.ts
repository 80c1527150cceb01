// docs/compatibility.md says which system calls do something; the libraries' sources say so too.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundledLibrariesDirectory } from "../../toolchain/src/home.ts";
import { listTree } from "../../toolchain/src/libraries/tree.ts";

const read = (path: string) => readFileSync(join(bundledLibrariesDirectory, path), "utf8");

/** The list by its headings, in its order. */
function listed(): { group: string; calls: string[] }[] {
  const groups: { group: string; calls: string[] }[] = [];
  for (const line of read("posix/include/uk/syscalls-list.h").split("\n")) {
    const group = /^\/\* (.*) \*\/$/.exec(line)?.[1];
    if (group !== undefined) groups.push({ group, calls: [] });
    const call = /^UK_SYSCALL\((\w+),/.exec(line)?.[1];
    if (call !== undefined) groups.at(-1)?.calls.push(call);
  }
  return groups;
}

/** Those that some library defines. */
function defined(): Set<string> {
  const files = listTree(bundledLibrariesDirectory, (path) => !/(^|\/)test$/.test(path));
  const sources = files.filter((path) => path.endsWith(".c"));
  return new Set(
    sources.flatMap((path) =>
      [...read(path).matchAll(/^(?:_Noreturn )?long uk_sys_(\w+)\(/gm)].map(
        ([, name = ""]) => name,
      ),
    ),
  );
}

function table(): string {
  const answered = defined();
  const rows = listed().map(({ group, calls }) => {
    const done = calls.filter((call) => answered.has(call)).sort();
    return `| ${group} | ${done.join(" ") || "none"} | ${calls.length - done.length} |`;
  });
  return ["| about | answered | others |", "|---|---|---|", ...rows, ""].join("\n");
}

test("the table of system calls is what the libraries define", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/compatibility.md"), "utf8");
  expect(page).toContain(table());
});
