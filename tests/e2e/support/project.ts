// A Pulumi project in a temporary directory: its own state, Pulumi home and UNIKERNEL_HOME, and
// the real CLI, engine and provider.
import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Events, parseEvents } from "./events.ts";
import { type HomeOptions, makeHome, processesOf } from "./home.ts";
import { editFile, type ProgramOptions, programText, writeApplication } from "./program.ts";

const repository = join(import.meta.dirname, "../../..");
const passphrase = "only for tests";

export interface Run {
  readonly status: number;
  /** stdout and stderr as the user sees them. */
  readonly output: string;
  readonly events: Events;
}

export interface RunningOperation {
  readonly process: ChildProcess;
  /** What was printed so far. */
  output(): string;
  readonly finished: Promise<Run>;
}

export type Operation = "up" | "preview" | "refresh" | "destroy";

export interface ProjectOptions {
  readonly store?: HomeOptions["store"];
  /** A folder of tests/e2e/fixtures. */
  readonly application?: string;
  readonly stack?: string;
  /** The home of another project, to share guests and store with it. */
  readonly home?: string;
}

export class Project {
  readonly directory: string;
  readonly home: string;
  readonly app: string;
  readonly stack: string;
  readonly environment: NodeJS.ProcessEnv;
  #operations = 0;

  constructor(options: ProjectOptions = {}) {
    this.directory = mkdtempSync(join(tmpdir(), "unikernel-e2e-"));
    this.home = options.home ?? join(this.directory, "home");
    this.app = join(this.directory, "app");
    this.stack = options.stack ?? "test";
    if (options.home === undefined) makeHome(this.home, { store: options.store ?? "shared" });
    writeApplication(options.application ?? "web", this.app);
    mkdirSync(join(this.directory, "state"));
    symlinkSync(join(repository, "node_modules"), join(this.directory, "node_modules"));
    this.write("package.json", JSON.stringify({ type: "module", main: "index.ts" }));
    const plugin = { name: "unikernel", path: join(repository, "provider/bin") };
    this.write(
      "Pulumi.yaml",
      JSON.stringify({
        name: "e2e",
        runtime: { name: "nodejs", options: { typescript: false } },
        backend: { url: "file://./state" },
        plugins: { providers: [plugin] },
      }),
    );
    this.environment = {
      ...process.env,
      UNIKERNEL_HOME: this.home,
      PULUMI_HOME: join(this.directory, "pulumi-home"),
      PULUMI_CONFIG_PASSPHRASE: passphrase,
      PULUMI_SKIP_UPDATE_CHECK: "1",
      // Shows the hidden option --event-log.
      PULUMI_DEBUG_COMMANDS: "1",
    };
    delete this.environment.PULUMI_BACKEND_URL;
    delete this.environment.PULUMI_CONFIG_PASSPHRASE_FILE;
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.directory, path), text);
  }

  program(options: ProgramOptions): void {
    this.write("index.ts", programText(options));
  }

  editProgram(from: string, to: string): void {
    editFile(join(this.directory, "index.ts"), from, to);
  }

  up(environment: NodeJS.ProcessEnv = {}): Promise<Run> {
    return this.start("up", environment).finished;
  }

  preview(environment: NodeJS.ProcessEnv = {}): Promise<Run> {
    return this.start("preview", environment).finished;
  }

  refresh(environment: NodeJS.ProcessEnv = {}): Promise<Run> {
    return this.start("refresh", environment).finished;
  }

  destroy(environment: NodeJS.ProcessEnv = {}): Promise<Run> {
    return this.start("destroy", environment).finished;
  }

  /** Starts an operation and does not wait for its end. */
  start(operation: Operation, environment: NodeJS.ProcessEnv = {}): RunningOperation {
    this.#operations += 1;
    const log = join(this.directory, `events-${this.#operations}.json`);
    const options = operation === "preview" ? ["--diff"] : ["--yes", "--skip-preview"];
    return this.#spawn(
      [operation, "--stack", this.stack, "--non-interactive", "--event-log", log, ...options],
      environment,
      log,
    );
  }

  /** Creates the stack; every project needs it once. */
  async init(): Promise<this> {
    await this.must(["stack", "init", this.stack, "--non-interactive"]);
    return this;
  }

  /** Runs any command of the CLI, which must succeed. */
  async must(commandArguments: readonly string[]): Promise<string> {
    const { status, output } = await this.#spawn(commandArguments, {}).finished;
    if (status !== 0) throw new Error(`pulumi ${commandArguments.join(" ")}: ${output}`);
    return output;
  }

  async outputs(): Promise<Record<string, unknown>> {
    const options = ["--json", "--show-secrets", "--stack", this.stack];
    return JSON.parse(await this.must(["stack", "output", ...options]));
  }

  /** The state as it is on disk. */
  stateFile(): string {
    const file = join(this.directory, "state/.pulumi/stacks/e2e", `${this.stack}.json`);
    return readFileSync(file, "utf8");
  }

  /** Takes everything down, whatever state the test left it in. */
  async dispose(): Promise<void> {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      if (!existsSync(join(this.directory, "state/.pulumi/stacks/e2e"))) break;
      if (attempt > 0) await this.#spawn(["cancel", "--yes", "--stack", this.stack], {}).finished;
      if ((await this.destroy()).status === 0) break;
    }
    // A test that failed may have left guests that no state knows of.
    for (const { pid } of processesOf(this.directory)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended meanwhile.
      }
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  #spawn(
    commandArguments: readonly string[],
    environment: NodeJS.ProcessEnv,
    eventLog?: string,
  ): RunningOperation {
    const child = spawn("pulumi", commandArguments, {
      cwd: this.directory,
      env: { ...this.environment, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    const finished = new Promise<Run>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => {
        const log =
          eventLog !== undefined && existsSync(eventLog) ? readFileSync(eventLog, "utf8") : "";
        resolve({ status: code ?? 1, output, events: parseEvents(log) });
      });
    });
    return { process: child, output: () => output, finished };
  }
}
