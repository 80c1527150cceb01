// Builds a fuzzer: a program of its own around sources of the tender or the switch, compiled so that
// undefined behaviour traps.
import { join } from "node:path";
import { compilerAt } from "../../toolchain/src/compiler/compiler.ts";
import { ensureCompiler } from "../../toolchain/src/compiler/ensure.ts";
import { runTool } from "../../toolchain/src/graph/process.ts";

export interface FuzzedSources {
  /** Where the fuzzer and its objects are written. */
  readonly directory: string;
  readonly sources: readonly string[];
  readonly include: readonly string[];
  /** Further flags for a source. */
  readonly flagsOf?: (source: string) => readonly string[];
}

export async function buildFuzzer(fuzzed: FuzzedSources): Promise<string> {
  const { directory, sources, include, flagsOf = () => [] } = fuzzed;
  const { zig, includeDirectory } = compilerAt(await ensureCompiler({}));
  const flags = [
    ...["--target=x86_64-linux-musl", "--no-default-config", "-std=gnu17", "-O1"],
    ...["-ffreestanding", "-fno-pic", "-fno-pie", "-fno-stack-protector", "-mcmodel=small"],
    ...["-fsanitize=undefined,integer-divide-by-zero", "-fsanitize-trap=undefined"],
    ...["-nostdinc", "-Wall", "-Wextra", "-Werror"],
    ...include.flatMap((path) => ["-I", path]),
    ...["-isystem", includeDirectory],
  ];
  const objects: string[] = [];
  for (const source of sources) {
    const object = join(directory, `${objects.length}.o`);
    await runProgram(
      zig,
      ["clang", ...flags, ...flagsOf(source), "-c", source, "-o", object],
      directory,
    );
    objects.push(object);
  }
  const fuzzer = join(directory, "fuzzer");
  // Where no image is loaded.
  const place = ["-m", "elf_x86_64", "-static", "-nostdlib", "--image-base=0x200000"];
  const link = ["ld.lld", ...place, "-z", "noexecstack", "-o", fuzzer, ...objects];
  await runProgram(zig, link, directory);
  return fuzzer;
}

export async function runProgram(
  program: string,
  given: readonly string[],
  directory: string,
): Promise<string> {
  const result = await runTool(program, given, { directory });
  if (result.status !== 0) throw new Error(`${given.join(" ")}: ${result.stderr}`);
  return result.stdout;
}
