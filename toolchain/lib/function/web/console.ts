// console: values in words, on the guest's console.
import { native } from "./native.ts";

const depthMax = 4;
const itemsMax = 100;

/** A value as a developer wants to read it. */
export function inspect(value: unknown, depth = 0, seen: readonly object[] = []): string {
  if (typeof value === "string") return depth === 0 ? value : JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol") return value.toString();
  if (typeof value === "function") return `[Function ${value.name || "(anonymous)"}]`;
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : `${value}`;
  if (value instanceof Error) return errorText(value, depth, seen);
  if (seen.includes(value)) return "[Circular]";
  if (depth > depthMax) return Array.isArray(value) ? "[Array]" : "[Object]";
  const inner = (one: unknown) => inspect(one, depth + 1, [...seen, value]);
  if (value instanceof Date) return Number.isNaN(+value) ? "Invalid Date" : value.toISOString();
  if (value instanceof RegExp) return `${value}`;
  if (value instanceof Promise) return "Promise {}";
  if (Array.isArray(value)) return list("[", value.map(inner), "]");
  if (value instanceof Map) {
    const pairs = [...value].map(([key, one]) => `${inner(key)} => ${inner(one)}`);
    return list(`Map(${value.size}) {`, pairs, "}");
  }
  if (value instanceof Set) return list(`Set(${value.size}) {`, [...value].map(inner), "}");
  if (ArrayBuffer.isView(value) && Symbol.iterator in value) {
    const numbers = [...(value as unknown as Iterable<number>)].map((one) => `${one}`);
    return list(`${value.constructor.name}(${numbers.length}) [`, numbers, "]");
  }
  if (value instanceof ArrayBuffer) return `ArrayBuffer { byteLength: ${value.byteLength} }`;
  return objectText(value, inner);
}

function objectText(value: object, inner: (one: unknown) => string): string {
  const name = Object.getPrototypeOf(value)?.constructor?.name ?? "[Object: null prototype]";
  const isPairs = value[Symbol.toStringTag as keyof object] !== undefined && "entries" in value;
  const entries = isPairs ? [...(value as Map<string, unknown>).entries()] : Object.entries(value);
  const fields = entries.map(([key, one]) => {
    const isPlain = /^[A-Za-z_$][\w$]*$/.test(key);
    return `${isPlain ? key : JSON.stringify(key)}: ${inner(one)}`;
  });
  return list(`${name === "Object" ? "" : `${name} `}{`, fields, "}");
}

function list(start: string, items: readonly string[], end: string): string {
  if (items.length === 0) return start + end;
  const shown = items.slice(0, itemsMax);
  if (items.length > itemsMax) shown.push(`... ${items.length - itemsMax} more`);
  const line = `${start} ${shown.join(", ")} ${end}`;
  if (line.length <= 76 && !line.includes("\n")) return line;
  return `${start}\n${shown.map((item) => `  ${item.replaceAll("\n", "\n  ")}`).join(",\n")}\n${end}`;
}

export function errorText(error: Error, depth = 0, seen: readonly object[] = []): string {
  // Lines without a place are the engine's own and this script's.
  const lines = typeof error.stack === "string" ? error.stack.trimEnd().split("\n") : [];
  const stack = lines.filter((line) => !/\((native|<null>)/.test(line)).join("\n");
  const head = `${error}`;
  const text = stack === "" ? head : `${head}\n${stack}`;
  const { cause } = error;
  if (cause === undefined || seen.includes(error) || depth > depthMax) return text;
  return `${text}\n  [cause]: ${inspect(cause, depth + 1, [...seen, error])}`;
}

/** `%s`, `%d`, `%i`, `%f`, `%o`, `%O`, `%j` and `%c` in the first argument take the next ones. */
export function format(values: readonly unknown[]): string {
  const [first, ...others] = values;
  if (typeof first !== "string") return values.map((value) => inspect(value)).join(" ");
  let used = 0;
  const text = first.replace(/%([sdifoOjc%])/g, (whole, kind: string) => {
    if (kind === "%") return "%";
    if (used >= others.length) return whole;
    const value = others[used++];
    if (kind === "s") return typeof value === "object" ? inspect(value, 1) : String(value);
    if (kind === "d") return `${Number(value)}`;
    if (kind === "i") return `${Number.parseInt(String(value), 10)}`;
    if (kind === "f") return `${Number.parseFloat(String(value))}`;
    if (kind === "j") return JSON.stringify(value);
    return kind === "c" ? "" : inspect(value, 1);
  });
  return [text, ...others.slice(used).map((value) => inspect(value))].join(" ");
}

let indentation = "";
const counts = new Map<string, number>();
const starts = new Map<string, number>();

function print(isError: boolean, values: readonly unknown[]): void {
  const text = format(values);
  native.write(`${indentation}${text.replaceAll("\n", `\n${indentation}`)}\n`, isError);
}

const log = (...values: unknown[]) => print(false, values);
const error = (...values: unknown[]) => print(true, values);

function elapsed(label: string, rest: readonly unknown[]): void {
  const start = starts.get(label);
  if (start === undefined) error(`console.time: there is no timer "${label}"`);
  else log(`${label}: ${(native.now() - start).toFixed(3)}ms`, ...rest);
}

export const console = {
  log,
  info: log,
  debug: log,
  error,
  warn: error,
  dir: (value: unknown) => log(inspect(value, 1)),
  table: log,
  trace(...values: unknown[]): void {
    error(`Trace: ${format(values)}\n${new Error().stack ?? ""}`.trimEnd());
  },
  assert(condition: unknown, ...values: unknown[]): void {
    if (!condition)
      error(...(values.length > 0 ? ["Assertion failed:", ...values] : ["Assertion failed"]));
  },
  count(label = "default"): void {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    log(`${label}: ${counts.get(label)}`);
  },
  countReset: (label = "default"): boolean => counts.delete(label),
  group(...values: unknown[]): void {
    if (values.length > 0) log(...values);
    indentation += "  ";
  },
  groupEnd(): void {
    indentation = indentation.slice(2);
  },
  time: (label = "default"): unknown => starts.set(label, native.now()),
  timeLog: (label = "default", ...values: unknown[]): void => elapsed(label, values),
  timeEnd(label = "default"): void {
    elapsed(label, []);
    starts.delete(label);
  },
};
