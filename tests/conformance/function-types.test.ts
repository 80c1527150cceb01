// The declarations for handlers: what the checks use is declared, what a guest lacks is not.
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, expect, test } from "vitest";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "unikernel-types-"));
symlinkSync(join(repository, "node_modules"), join(directory, "node_modules"));
afterAll(() => rmSync(directory, { recursive: true }));

function complaints(path: string): string[] {
  const program = ts.createProgram([path], {
    target: ts.ScriptTarget.ESNext,
    lib: ["lib.esnext.d.ts"],
    types: ["@pulumi-unikernel/toolchain/handler"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

test("all that the checks use is declared", () => {
  expect(complaints(join(repository, "tests/conformance/function-app/checks.ts"))).toEqual([]);
});

test("what a guest lacks is not", () => {
  const path = join(directory, "handler.ts");
  writeFileSync(
    path,
    "export default async (request: Request) => {\n" +
      "  document.title = Buffer.from(request.url).toString();\n" +
      "  return new Response(process.argv[0]);\n};\n",
  );
  expect(complaints(path)).toEqual([
    "Cannot find name 'document'. Do you need to change your target library? Try changing the 'lib' compiler option to include 'dom'.",
    expect.stringContaining("Cannot find name 'Buffer'."),
    expect.stringContaining("Property 'argv' does not exist"),
  ]);
});
