// The command `unikernel`: finds the subcommand's file, runs it, and turns errors into messages.
import { ProblemsError } from "../problems.ts";
import type { Command } from "./command.ts";
import { UsageError } from "./command.ts";

/** Loaded when called: a command pays for its own modules only. */
const commands: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  build: () => import("./build.ts"),
  run: () => import("./run.ts"),
  disk: () => import("./disk.ts"),
  libraries: () => import("./libraries.ts"),
  explain: () => import("./explain.ts"),
  menuconfig: () => import("./menuconfig.ts"),
  sources: () => import("./sources.ts"),
  sbom: () => import("./sbom.ts"),
  provenance: () => import("./provenance.ts"),
  report: () => import("./report.ts"),
  gc: () => import("./gc.ts"),
};

/** Who may bring further commands, where it is installed: each exports `commands` of this form. */
const EXTENSIONS = ["@pulumi-unikernel/provider/commands"];

type Commands = typeof commands;

/** With those of extensions, which are looked for only when they may be meant. */
async function allCommands(): Promise<Commands> {
  const found = await Promise.all(
    EXTENSIONS.map(async (name) => {
      try {
        return ((await import(name)) as { readonly commands: Commands }).commands;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return {};
        throw error;
      }
    }),
  );
  return Object.assign({}, commands, ...found) as Commands;
}

async function main(commandLine: readonly string[]): Promise<number> {
  const [name, ...rest] = commandLine;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const lines = await Promise.all(
      Object.entries(await allCommands()).map(async ([each, load]) => {
        const { command } = await load();
        return `  ${each.padEnd(12)}${command.summary}`;
      }),
    );
    console.log(`Usage: unikernel COMMAND [--help]\n\n${lines.join("\n")}`);
    return name === undefined ? 2 : 0;
  }
  const load = commands[name] ?? (await allCommands())[name];
  if (!load) {
    const { nearestName } = await import("../nearest.ts");
    const nearest = nearestName(name, Object.keys(await allCommands()));
    const hint = nearest ? `; did you mean "${nearest}"?` : "";
    throw new UsageError(`there is no command "${name}"${hint}`, "unikernel --help");
  }
  const { command } = await load();
  if (rest.includes("--help") || rest.includes("-h")) {
    console.log(command.help);
    return 0;
  }
  const cancel = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => cancel.abort(new Cancelled(signal)));
  }
  try {
    return await command.run(rest, cancel.signal);
  } catch (error) {
    if (cancel.signal.aborted) return (cancel.signal.reason as Cancelled).status;
    throw error;
  }
}

/** The user pressed Ctrl-C, or somebody asked the process to end. */
class Cancelled extends Error {
  readonly status: number;
  constructor(signal: "SIGINT" | "SIGTERM") {
    super(`stopped by ${signal}`);
    this.name = "AbortError";
    this.status = signal === "SIGINT" ? 130 : 143;
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = 1;
  if (error instanceof UsageError) {
    console.error(`error: ${error.message}\nSee \`${error.help}\`.`);
    process.exitCode = 2;
  } else if (error instanceof ProblemsError) {
    console.error(error.message);
    const count = error.problems.length;
    console.error(`${count} ${count === 1 ? "problem" : "problems"}; nothing was changed`);
  } else {
    console.error(`error: ${error instanceof Error ? error.message : error}`);
    if (process.env.UNIKERNEL_DEBUG && error instanceof Error) console.error(error.stack);
  }
}
