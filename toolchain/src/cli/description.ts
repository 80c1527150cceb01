// unikernel.json: what an application's directory asks for. Reading refuses what it does not know,
// so that writing it back loses nothing.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FieldReader } from "../libraries/fields.ts";
import type { OptionValue } from "../types.ts";

export const descriptionName = "unikernel.json";

export interface Description {
  readonly libraries: readonly string[];
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly optimize?: string | undefined;
  readonly platform?: string | undefined;
}

export const noDescription: Description = { libraries: [], options: {} };

/** The text of the file in a directory; undefined when there is none. */
export function readDescriptionText(directory: string): string | undefined {
  try {
    return readFileSync(join(directory, descriptionName), "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // Without a directory the plan says what is wrong.
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

export function parseDescription(text: string | undefined): Description {
  if (text === undefined) return noDescription;
  const fields = new FieldReader(parseJson(text), descriptionName);
  const options = fields.object("options");
  for (const [symbol, option] of Object.entries(options)) {
    if (!["boolean", "number", "string"].includes(typeof option)) {
      throw new Error(
        `${descriptionName}: options.${symbol} must be true, false, a number or text`,
      );
    }
  }
  const description: Description = {
    libraries: fields.strings("libraries"),
    options: options as Record<string, OptionValue>,
    optimize: fields.optionalString("optimize"),
    platform: fields.optionalString("platform"),
  };
  fields.finish();
  return description;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${descriptionName}: not JSON: ${(error as Error).message}`);
  }
}

const WIDTH = 80;

/** The file's text with another content: fields stay in their order, and as far indented. */
export function formatDescription(old: string | undefined, description: Description): string {
  const before = (old === undefined ? { libraries: [] } : parseJson(old)) as Record<
    string,
    unknown
  >;
  const after: Record<string, unknown> = {};
  const { libraries, options, optimize, platform } = description;
  const fields: Record<string, unknown> = {
    libraries: libraries.length > 0 || "libraries" in before ? libraries : undefined,
    options: Object.keys(options).length > 0 || "options" in before ? options : undefined,
    optimize,
    platform,
  };
  for (const name of new Set([...Object.keys(before), ...Object.keys(fields)])) {
    if (fields[name] !== undefined) after[name] = fields[name];
  }
  const indent = /^\{\s*\n([ \t]+)"/.exec(old ?? "")?.[1] ?? "  ";
  return `${formatValue(after, indent, "", 0)}${old?.endsWith("}") ? "" : "\n"}`;
}

/** Objects line by line, lists in one line where they fit. `used` is what stands before it. */
function formatValue(value: unknown, indent: string, margin: string, used: number): string {
  const inner = margin + indent;
  if (Array.isArray(value)) {
    const items = value.map((item) => JSON.stringify(item));
    const line = `[${items.join(", ")}]`;
    if (used + line.length < WIDTH) return line;
    return `[\n${items.map((item) => inner + item).join(",\n")}\n${margin}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, field]) => {
    const key = `${inner}${JSON.stringify(name)}: `;
    return key + formatValue(field, indent, inner, key.length);
  });
  return entries.length === 0 ? "{}" : `{\n${entries.join(",\n")}\n${margin}}`;
}
