// The macro language: variables (`=`, `:=`, `+=`), user functions with $(1), built-in functions.
// A reference is looked up as argument, variable, built-in function, then environment; one that
// is none of these expands to nothing, as documented.
import { ProblemsError, type SourceLocation } from "../problems.ts";

type Flavor = "recursive" | "simple" | "append";

interface MacroHost {
  readonly environment: Readonly<Record<string, string>>;
  /** Runs $(shell,…); undefined when the caller does not allow it. */
  readonly shell: ((command: string) => string) | undefined;
  /** Where the expansion stands now, for $(filename), $(lineno) and messages. */
  location(): SourceLocation;
  onInfo(text: string): void;
  onWarning(text: string): void;
}

interface Variable {
  value: string;
  isRecursive: boolean;
  /** How many expansions of it are under way. */
  depth: number;
}

const MAX_ARGUMENTS = 16;
const MAX_DEPTH = 1000;
const NO_ARGUMENTS: readonly string[] = [];

interface BuiltIn {
  readonly argumentCount: number;
  run(macros: Macros, args: readonly string[]): string;
}

export class Macros {
  private readonly variables = new Map<string, Variable>();
  /** Environment variables that were read: they are inputs of the configuration. */
  readonly usedEnvironment = new Map<string, string>();
  readonly host: MacroHost;

  constructor(host: MacroHost) {
    this.host = host;
  }

  assign(name: string, flavor: Flavor, value: string): void {
    const known = this.variables.get(name);
    if (flavor === "append" && known !== undefined) {
      known.value += ` ${known.isRecursive ? value : this.expand(value, NO_ARGUMENTS)}`;
      return;
    }
    const isRecursive = flavor !== "simple";
    const text = isRecursive ? value : this.expand(value, NO_ARGUMENTS);
    if (known === undefined) this.variables.set(name, { value: text, isRecursive, depth: 0 });
    else Object.assign(known, { value: text, isRecursive });
  }

  /** Expands every reference in a text. */
  expand(text: string, args: readonly string[]): string {
    let result = "";
    let copied = 0;
    let dollar = text.indexOf("$");
    while (dollar !== -1) {
      result += text.slice(copied, dollar);
      const [value, end] = this.reference(text, dollar + 1, args);
      result += value;
      copied = end;
      dollar = text.indexOf("$", end);
    }
    return copied === 0 ? text : result + text.slice(copied);
  }

  /**
   * What follows a `$`: the value of the reference and the position behind it. A `$` that no
   * parenthesis follows is an ordinary character.
   */
  reference(text: string, start: number, args: readonly string[] = NO_ARGUMENTS): [string, number] {
    if (text.charCodeAt(start) !== 0x28) return ["$", start];
    let nesting = 0;
    for (let i = start + 1; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 0x28) nesting++;
      else if (code === 0x29 && nesting-- === 0) {
        return [this.evaluate(text.slice(start + 1, i), args), i + 1];
      }
    }
    return this.fail(`unterminated reference to '${text.slice(start + 1)}': missing ')'`);
  }

  fail(message: string): never {
    throw new ProblemsError([{ path: "", message, location: this.host.location() }]);
  }

  private evaluate(clause: string, args: readonly string[]): string {
    if (/^[1-9][0-9]*$/.test(clause)) {
      const argument = args[Number(clause) - 1];
      if (argument !== undefined) return argument;
    }
    const parts = splitArguments(clause);
    if (parts.length > MAX_ARGUMENTS) this.fail("too many function arguments");
    const [name = "", ...values] = parts.map((part) => this.expand(part, args));
    return (
      this.variable(name, values) ?? this.builtIn(name, values) ?? this.environment(name, values)
    );
  }

  private variable(name: string, args: readonly string[]): string | undefined {
    const variable = this.variables.get(name);
    if (variable === undefined) return undefined;
    if (args.length === 0 && variable.depth > 0) {
      this.fail(`recursive variable '${name}' references itself (eventually)`);
    }
    if (variable.depth > MAX_DEPTH) this.fail(`too deep recursive expansion of '${name}'`);
    if (!variable.isRecursive) return variable.value;
    variable.depth++;
    const result = this.expand(variable.value, args);
    variable.depth--;
    return result;
  }

  private builtIn(name: string, args: readonly string[]): string | undefined {
    const builtIn = BUILT_INS.get(name);
    if (builtIn === undefined) return undefined;
    if (args.length < builtIn.argumentCount) {
      this.fail(`too few function arguments passed to '${name}'`);
    }
    if (args.length > builtIn.argumentCount) {
      this.fail(`too many function arguments passed to '${name}'`);
    }
    return builtIn.run(this, args);
  }

  private environment(name: string, args: readonly string[]): string {
    if (args.length > 0 || name === "" || !Object.hasOwn(this.host.environment, name)) {
      return this.conditional(name, args) ?? "";
    }
    const value = this.host.environment[name] ?? "";
    this.usedEnvironment.set(name, value);
    return value;
  }

  /**
   * Linux defines these three in its own tree, on top of $(shell,…). We know them in any tree;
   * a definition in the tree comes first.
   */
  private conditional(name: string, args: readonly string[]): string | undefined {
    const [command = "", ifTrue = "", ifFalse = ""] = args;
    if (name === "if-success") return this.succeeds(name, command) ? ifTrue : ifFalse;
    if (name === "success") return this.succeeds(name, command) ? "y" : "n";
    if (name === "failure") return this.succeeds(name, command) ? "n" : "y";
    return undefined;
  }

  private succeeds(name: string, command: string): boolean {
    return this.shell(name, `{ ${command}; } >/dev/null 2>&1 && echo y || echo n`) === "y";
  }

  shell(name: string, command: string): string {
    const run = this.host.shell;
    if (run === undefined) {
      this.fail(
        `$(${name},…) would run the command '${command}', which is not allowed for this tree`,
      );
    }
    return run(command);
  }
}

const BUILT_INS = new Map<string, BuiltIn>([
  [
    "error-if",
    {
      argumentCount: 2,
      run: (macros, [condition, message = ""]) => (condition === "y" ? macros.fail(message) : ""),
    },
  ],
  ["filename", { argumentCount: 0, run: (macros) => macros.host.location().file }],
  [
    "info",
    {
      argumentCount: 1,
      run: (macros, [text = ""]) => {
        macros.host.onInfo(text);
        return "";
      },
    },
  ],
  ["lineno", { argumentCount: 0, run: (macros) => String(macros.host.location().line) }],
  ["shell", { argumentCount: 1, run: (macros, [command = ""]) => macros.shell("shell", command) }],
  [
    "warning-if",
    {
      argumentCount: 2,
      run: (macros, [condition, message = ""]) => {
        if (condition === "y") macros.host.onWarning(message);
        return "";
      },
    },
  ],
]);

/** At top-level commas only: `foo,$(x,y),z` has three parts. White space belongs to the parts. */
function splitArguments(clause: string): string[] {
  if (!clause.includes(",")) return [clause];
  const parts: string[] = [];
  let nesting = 0;
  let start = 0;
  for (let i = 0; i < clause.length; i++) {
    const code = clause.charCodeAt(i);
    if (code === 0x28) nesting++;
    else if (code === 0x29) nesting--;
    else if (code === 0x2c && nesting === 0) {
      parts.push(clause.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(clause.slice(start));
  return parts;
}
