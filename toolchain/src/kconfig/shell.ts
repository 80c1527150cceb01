// Runs the commands of $(shell,…). One shell serves a whole tree, through two named pipes that
// are read and written synchronously: starting each command from here costs ten times as much.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The kernel's conf reads one buffer of this size and ignores the rest. */
const MAX_OUTPUT_BYTES = 4095;

// Commands have no new lines: they stand on one line of a Kconfig file. Each runs in a copy of the
// server, so that none can change the next one's directory or variables; starting a new shell each
// takes longer. What the server knows is not theirs to see.
const SERVER = `exec 3<"$1/commands" 4>"$1/output"
kconfig_marker=$2
set --
while IFS= read -r kconfig_command <&3; do
  (eval "unset kconfig_marker kconfig_command; $kconfig_command") </dev/null >&4 3<&- 4>&-
  printf '\\n%s\\n' "$kconfig_marker" >&4
done`;

export class Shell {
  private readonly environment: Readonly<Record<string, string>>;
  private readonly directory: string;
  private server: Server | null = null;

  constructor(environment: Readonly<Record<string, string>>, directory: string) {
    this.environment = environment;
    this.directory = directory;
  }

  /** The output as $(shell,…) gives it: without new lines at the end, others as spaces. */
  run(command: string): string {
    this.server ??= new Server(this.environment, this.directory);
    const output = this.server.run(command).subarray(0, MAX_OUTPUT_BYTES).toString();
    return output.replace(/\n+$/, "").replaceAll("\n", " ");
  }

  close(): void {
    this.server?.close();
    this.server = null;
  }
}

class Server {
  private readonly process: ChildProcess;
  private readonly commands: number;
  private readonly output: number;
  private readonly marker = randomBytes(16).toString("hex");
  private readonly buffer = Buffer.alloc(65536);

  constructor(environment: Readonly<Record<string, string>>, directory: string) {
    const pipes = mkdtempSync(join(tmpdir(), "kconfig-shell-"));
    try {
      const { status, error } = spawnSync("mkfifo", [
        join(pipes, "commands"),
        join(pipes, "output"),
      ]);
      if (status !== 0) throw new Error(`mkfifo failed${error ? `: ${error.message}` : ""}`);
      this.process = spawn("/bin/sh", ["-c", SERVER, "/bin/sh", pipes, this.marker], {
        cwd: directory,
        env: environment,
        stdio: ["ignore", "ignore", "inherit"],
      });
      if (this.process.pid === undefined) throw new Error("/bin/sh cannot be started");
      this.process.unref();
      this.commands = openSync(join(pipes, "commands"), "w");
      this.output = openSync(join(pipes, "output"), "r");
    } finally {
      // Open pipes need no name.
      rmSync(pipes, { recursive: true });
    }
  }

  run(command: string): Buffer {
    writeSync(this.commands, `${command}\n`);
    const end = Buffer.from(`\n${this.marker}\n`);
    let output = Buffer.alloc(0);
    while (!output.subarray(-end.length).equals(end)) {
      const count = readSync(this.output, this.buffer);
      if (count === 0) throw new Error(`the shell ended while it ran: ${command}`);
      output = Buffer.concat([output, this.buffer.subarray(0, count)]);
    }
    return output.subarray(0, -end.length);
  }

  close(): void {
    closeSync(this.commands);
    closeSync(this.output);
  }
}
