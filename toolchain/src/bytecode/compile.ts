// Compiles one JavaScript file to bytecode, with positions in the files that it was bundled from.
import { SourceMap, type SourceMapPayload } from "node:module";

export interface BytecodeSource {
  /** What errors call it where the map says nothing. */
  readonly name: string;
  readonly kind: "script" | "module";
  readonly text: string;
  /** The JSON of a source map; its sources are what errors name. */
  readonly map?: string;
  /** Errors name nothing in it: it is smaller. */
  readonly isWithoutPositions?: boolean;
}

/** What is used here of WebAssembly; its declarations are among those for browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: unknown };
};

interface Memory {
  readonly buffer: ArrayBuffer;
}

/** What the program exports; see toolchain/bytecode/compile.c. */
interface Exports {
  readonly memory: Memory;
  _initialize(): void;
  allocate(length: number): number;
  add_file(name: number): void;
  compile(
    source: number,
    length: number,
    name: number,
    kind: number,
    withoutPositions: number,
  ): number;
  result_start(): number;
  result_size(): number;
}

/** Throws with QuickJS's message when it refuses the source. */
export function compileBytecode(
  program: Uint8Array<ArrayBuffer>,
  source: BytecodeSource,
): Uint8Array<ArrayBuffer> {
  const payload = source.map === undefined ? undefined : JSON.parse(source.map);
  const positions = positionsOf(payload);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(program), {
    host: {
      position_of(line: number, column: number, linePlace: number, columnPlace: number): number {
        const found = positions.find(line, column);
        if (!found) return -1;
        const view = new DataView(exports.memory.buffer);
        view.setInt32(linePlace, found.line, true);
        view.setInt32(columnPlace, found.column, true);
        return found.file;
      },
    },
    wasi_snapshot_preview1: system(() => exports.memory),
  });
  const exports = instance.exports as Exports;
  exports._initialize();
  const put = (text: string) => {
    const bytes = new TextEncoder().encode(`${text}\0`);
    const place = exports.allocate(bytes.length);
    new Uint8Array(exports.memory.buffer).set(bytes, place);
    return { place, length: bytes.length - 1 };
  };
  for (const file of positions.files) exports.add_file(put(file).place);
  const text = put(source.text);
  const kind = source.kind === "module" ? 1 : 0;
  const name = put(source.name);
  const withoutPositions = source.isWithoutPositions ? 1 : 0;
  const failed = exports.compile(text.place, text.length, name.place, kind, withoutPositions) !== 0;
  const result = new Uint8Array(
    exports.memory.buffer,
    exports.result_start(),
    exports.result_size(),
  ).slice();
  if (failed) throw new Error(new TextDecoder().decode(result).trim());
  return result;
}

interface Position {
  readonly file: number;
  readonly line: number;
  readonly column: number;
}

interface Positions {
  readonly files: readonly string[];
  /** Both from 1 on, as what is returned. */
  find(line: number, column: number): Position | undefined;
}

function positionsOf(payload: SourceMapPayload | undefined): Positions {
  if (!payload) return { files: [], find: () => undefined };
  const map = new SourceMap(payload);
  const files = [...payload.sources];
  const numbers = new Map(files.map((file, index) => [file, index]));
  return {
    files,
    find(line, column) {
      const found = map.findEntry(line - 1, column - 1);
      if (!("originalSource" in found)) return undefined;
      // An entry of an earlier line says nothing about this one.
      const file = numbers.get(found.originalSource);
      if (file === undefined || found.generatedLine !== line - 1) return undefined;
      return { file, line: found.originalLine + 1, column: found.originalColumn + 1 };
    },
  };
}

/** The system that the program sees: a clock that stands still, and no files. */
function system(memory: () => Memory): Readonly<Record<string, unknown>> {
  const badDescriptor = () => 8;
  return {
    clock_time_get(_clock: number, _precision: bigint, place: number): number {
      new DataView(memory().buffer).setBigUint64(place, 0n, true);
      return 0;
    },
    fd_close: badDescriptor,
    fd_fdstat_get: badDescriptor,
    fd_seek: badDescriptor,
    fd_write: badDescriptor,
    proc_exit(status: number): never {
      throw new Error(`the compiler of JavaScript ended with status ${status}`);
    },
  };
}
