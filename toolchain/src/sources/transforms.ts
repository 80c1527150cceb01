// The transforms that `generate` may name: from the texts of the inputs to the text of a file.

export interface TransformContext {
  /** Version of the third-party source. */
  readonly version: string;
}

export type Transform = (inputs: readonly string[], context: TransformContext) => string;

export const transforms: Readonly<Record<string, Transform>> = {
  copy: (inputs) => inputs.join(""),
  concatenate: (inputs) => inputs.join(""),
  "musl-alltypes": (inputs) => muslAlltypes(inputs.join("")),
  "musl-syscall": (inputs) => muslSyscall(inputs.join("")),
  "musl-version": (_inputs, context) => `#define VERSION "${context.version}"\n`,
};

/**
 * musl's list of types: each `TYPEDEF type name;`, `STRUCT name {…};` and `UNION name {…};` is
 * defined once, and only for the headers that ask with __NEED_name. Other lines stay.
 */
function muslAlltypes(text: string): string {
  const lines: string[] = [];
  for (const line of text.split("\n")) {
    const typedef = /^TYPEDEF (.*) ([^ ]*);$/.exec(line);
    const aggregate = /^(STRUCT|UNION) +([^ ]*) (.*);$/.exec(line);
    if (typedef) {
      const [, type, name] = typedef;
      lines.push(...once(name as string, name as string, `typedef ${type} ${name};`));
    } else if (aggregate) {
      const [, kind, name, body] = aggregate;
      const keyword = (kind as string).toLowerCase();
      lines.push(
        ...once(`${keyword}_${name}`, `${keyword}_${name}`, `${keyword} ${name} ${body};`),
      );
    } else lines.push(line);
  }
  return lines.join("\n");
}

function once(need: string, defined: string, definition: string): string[] {
  return [
    `#if defined(__NEED_${need}) && !defined(__DEFINED_${defined})`,
    definition,
    `#define __DEFINED_${defined}`,
    "#endif",
    "",
  ];
}

/** musl's list of system calls: every __NR_name also gets the name SYS_name. */
function muslSyscall(text: string): string {
  const aliases = text
    .split("\n")
    .filter((line) => line.includes("__NR_"))
    .map((line) => line.replaceAll("__NR_", "SYS_"));
  return `${text}${aliases.join("\n")}\n`;
}
