import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { Shell } from "./shell.ts";

const directory = realpathSync(tmpdir());
const shell = new Shell({ PATH: "/usr/bin:/bin", GIVEN: "a b" }, directory);
afterEach(() => shell.close());

describe("Shell", () => {
  it("gives output as one line", () => {
    expect(shell.run("printf 'a\\n\\nb\\n\\n'")).toBe("a  b");
    expect(shell.run("printf x")).toBe("x");
    expect(shell.run("true")).toBe("");
    expect(shell.run('echo "$GIVEN"; pwd')).toBe(`a b ${directory}`);
  });

  it("keeps commands apart", () => {
    expect(shell.run("cd /; X=1; exit 3")).toBe("");
    expect(shell.run('echo "[$X]"; pwd')).toBe(`[] ${directory}`);
    expect(shell.run('echo "$0 $#"; set')).toMatch(/^\/bin\/sh 0 (?!.*kconfig)/);
    expect(shell.run("echo 'no end")).toBe("");
    expect(shell.run("exec >&-; echo lost 2>/dev/null")).toBe("");
    expect(shell.run("cat")).toBe("");
    expect(shell.run("echo '\\\\ \"$(echo quoted)\"'")).toMatch(/"\$\(echo quoted\)"$/);
  });

  it("takes as much as conf does of long output", () => {
    expect(shell.run("head -c 100000 /dev/zero | tr '\\0' x")).toBe("x".repeat(4095));
    expect(shell.run("echo after")).toBe("after");
  });

  it("starts again after it was closed", () => {
    expect(shell.run("echo one")).toBe("one");
    shell.close();
    expect(shell.run("echo two")).toBe("two");
  });
});
