// The crash record a guest prints before it ends (uk_crash in toolchain/lib/plat), and how it is
// shown to people. Any guest can print anything that looks like one.
import type { DebugInformation } from "./debug-information.ts";
import { placeOf } from "./lines.ts";
import { printable, shortened } from "./printable.ts";
import { nameAddress } from "./symbols.ts";

export interface CrashRecord {
  /** FNV-1a of the text segment: which build it was. */
  readonly build: string;
  readonly reason: string;
  readonly registers: Readonly<Record<string, bigint>>;
  /** Return addresses, innermost first. */
  readonly frames: readonly bigint[];
}

/** More than any reason of ours has, and than any line should. */
const TEXT_LENGTH_MAX = 1_000;
const FRAMES_MAX = 64;
const MARK = "[unikernel] crash ";

export function isCrashLine(line: string): boolean {
  return line.startsWith(`${MARK}{`);
}

/** Undefined when the line is not a crash record, or was cut off. */
export function parseCrash(line: string): CrashRecord | undefined {
  if (!isCrashLine(line)) return undefined;
  let value: Partial<Record<keyof CrashRecord, unknown>>;
  try {
    value = JSON.parse(line.slice(MARK.length));
  } catch {
    return undefined;
  }
  const registers = Object.entries(value.registers ?? {}).flatMap(([name, text]) => {
    const number = parseAddress(text);
    return number === undefined ? [] : [[name, number] as const];
  });
  const frames = Array.isArray(value.frames)
    ? value.frames.slice(0, FRAMES_MAX).map(parseAddress)
    : [];
  return {
    build: textOr(value.build, ""),
    reason: textOr(value.reason, "unknown"),
    registers: Object.fromEntries(registers),
    frames: frames.filter((frame) => frame !== undefined),
  };
}

/** Those of a text, wherever they stand in its lines. */
export function crashesIn(text: string): CrashRecord[] {
  return text.split("\n").flatMap((line) => {
    const at = line.indexOf(`${MARK}{`);
    const crash = at < 0 ? undefined : parseCrash(line.slice(at).trimEnd());
    return crash === undefined ? [] : [crash];
  });
}

/** Several lines: the reason, where it happened, and who called. */
export function formatCrash(crash: CrashRecord, information: DebugInformation): string[] {
  const place = (address: bigint, inside: bigint) => {
    const hex = `0x${address.toString(16)}`;
    const name = nameAddress(information.functions, inside);
    const line = placeOf(information.lines, inside);
    if (name === undefined) return hex;
    return line === undefined ? `${name} (${hex})` : `${name} (${hex}) in ${line}`;
  };
  const { rip } = crash.registers;
  return [
    `crash: ${crash.reason}`,
    ...(rip === undefined ? [] : [`  at ${place(rip, rip)}`]),
    // A return address may stand behind the last instruction of its function.
    ...crash.frames.map((frame) => `  from ${place(frame, frame - 1n)}`),
  ];
}

/** Escapes in the record were harmless on the console; what they stand for need not be. */
function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" ? shortened(printable(value), TEXT_LENGTH_MAX) : otherwise;
}

function parseAddress(text: unknown): bigint | undefined {
  return typeof text === "string" && /^0x[0-9a-f]{1,16}$/i.test(text) ? BigInt(text) : undefined;
}
