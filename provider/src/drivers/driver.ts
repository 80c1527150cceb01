// What every driver can do: start a guest that is described completely, find out how it is, and
// stop it. Each step may be repeated after a crash at any point. Drivers know nothing of Pulumi.

export interface PortForward {
  /** Port on the host; 0 lets the driver choose. */
  readonly host: number;
  readonly guest: number;
  readonly protocol: "tcp" | "udp";
  /** Host address to listen on, e.g. "127.0.0.1". */
  readonly address: string;
}

export interface GuestSpec {
  /** Chosen and recorded before anything starts; names the guest's directory. */
  readonly id: string;
  /** Whom it belongs to (the resource's URN), so that a successor can take over its ports. */
  readonly owner: string;
  /** "sha256:HEX" and the file it names on this machine. */
  readonly digest: string;
  readonly imagePath: string;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly ports: readonly PortForward[];
  readonly args: readonly string[];
  /** May hold secrets: never logged, never on a command line, not kept on disk. */
  readonly env: Readonly<Record<string, string>>;
  readonly accelerator: "auto" | "kvm" | "tcg";
}

export type GuestState = "starting" | "running" | "stopped" | "crashed" | "absent";

export interface GuestStatus {
  readonly state: GuestState;
  /** Ports really forwarded, in the order of the spec. */
  readonly ports: readonly PortForward[];
  /** The guest's exit status, once it has one. */
  readonly exitStatus?: number;
  readonly consoleLogPath?: string;
  readonly startedAt?: Date;
}

export interface Driver {
  readonly name: string;
  /** Why this driver cannot be used on this machine and what to do, or null. */
  unavailable(): Promise<string | null>;
  /** Makes the guest run as described; does nothing when it already does. */
  apply(spec: GuestSpec, signal: AbortSignal): Promise<GuestStatus>;
  status(id: string): Promise<GuestStatus>;
  /** Moves the forwards of another guest of the same owner to this one, e.g. on replacement. */
  takePorts(id: string, ports: readonly PortForward[]): Promise<readonly PortForward[]>;
  /** Stops and removes; succeeds when there is nothing. */
  remove(id: string): Promise<void>;
  /** The last lines of the console. */
  consoleTail(id: string, lines: number): Promise<readonly string[]>;
}
