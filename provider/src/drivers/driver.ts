// What every driver can do: start a guest that is described completely, find out how it is, and
// stop it. Each step may be repeated after a crash at any point. Drivers know nothing of Pulumi.
import type { Duplex } from "node:stream";
import type { GuestNetwork } from "../guests/configuration.ts";
import type { GuestLifecycle } from "./lifecycle.ts";
import type { NetworkDriver, NetworkProblem, WantedNetwork } from "./networks/networks.ts";
import type { GuestVolume, VolumeDriver } from "./volume-driver.ts";

export interface PortForward {
  /** Port on the host; 0 lets the driver choose. */
  readonly host: number;
  readonly guest: number;
  readonly protocol: "tcp" | "udp";
  /** Host address to listen on, e.g. "127.0.0.1". */
  readonly address: string;
}

/** Where a forwarded port is reached from here; `machine` is the driver's, absent when it is ours. */
export function reachableHost(forward: PortForward, machine?: string): string {
  // Who listens everywhere is reached at any of the machine's addresses.
  return forward.address === "0.0.0.0" ? (machine ?? "127.0.0.1") : forward.address;
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
  /** Volumes of the same driver; absent: none. */
  readonly volumes?: readonly GuestVolume[];
  /** Networks of the same driver. */
  readonly networks?: readonly WantedNetwork[] | undefined;
  /** PLAIN_LIFECYCLE when absent. */
  readonly lifecycle?: GuestLifecycle;
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
  /** The guest's addresses in networks, by the networks' names. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** How often it has been started again since then; absent where nobody does that. */
  readonly restarts?: number;
  /** What somebody else has changed of what was asked for, as it is now; absent without any. */
  readonly edited?: GuestEdits;
}

export type GuestEdits = Partial<Pick<GuestSpec, "digest" | "memoryBytes" | "cpus" | "ports">>;

/** How far a guest has come in its owner's books, kept with its record, so that what a crash
 * left behind is told from what is still wanted: being created; created, but it is not certain
 * that its owner learned of it; known to its owner. */
export type GuestProgress = "creating" | "created" | "kept";

/** What is recorded of a guest. Its arguments and environment are not. */
export interface GuestSummary extends Omit<GuestSpec, "args" | "env"> {
  readonly progress: GuestProgress;
  /** Where its driver was told to put it, beside networks; absent where there is no choice. */
  readonly place?: GuestPlace;
}

/** A network or a bridge of a host's, and who the guest is in a bridge. */
export interface GuestPlace {
  readonly network?: string | undefined;
  readonly bridge?: string | undefined;
  readonly place?: GuestNetwork | undefined;
}

export interface Driver {
  readonly name: string;
  /** The address that each of its guests has, where the program gave one: one guest at a time. */
  readonly address?: string;
  /** Absent: its guests have none. */
  readonly volumes?: VolumeDriver;
  /** Networks that are this driver's own; absent: none, or those of this machine. */
  readonly ownNetworks?: NetworkDriver;
  /** Why this driver cannot be used on this machine and what to do, or null. */
  unavailable(): Promise<string | null>;
  /** Why ports cannot be had by a guest of this owner, with their index; empty when all can. */
  portProblems(
    owner: string,
    ports: readonly PortForward[],
  ): Promise<readonly { readonly index: number; readonly reason: string }[]>;
  /** Why a guest of this owner cannot be in networks; absent: this driver has none. */
  networkProblems?(
    owner: string,
    networks: readonly WantedNetwork[],
  ): Promise<readonly NetworkProblem[]>;
  /** Every guest with a readable record. */
  guests(): Promise<readonly GuestSummary[]>;
  /** Arguments and environment of a running guest, where they can be read back. */
  configuration(id: string): Promise<Pick<GuestSpec, "args" | "env"> | undefined>;
  /** Records whom a guest belongs to and how far it has come; nothing when there is no guest. */
  mark(id: string, owner: string, progress: GuestProgress): Promise<void>;
  /** Makes the guest run as described; does nothing when it already does. A fixed port that
   * another guest of the same owner has is left there: see takePorts(). `report` is told what
   * takes long. */
  apply(
    spec: GuestSpec,
    signal: AbortSignal,
    report?: (progress: string) => void,
  ): Promise<GuestStatus>;
  status(id: string): Promise<GuestStatus>;
  /** Counts from now on, without touching what runs. */
  setLifecycle(id: string, lifecycle: GuestLifecycle): Promise<void>;
  /** Whether something in the guest accepts TCP connections at a forwarded port. That the host's
   * side connects says nothing: a user-mode network accepts before the guest is asked. */
  accepts(
    id: string,
    forward: PortForward,
    limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<boolean>;
  /** Moves the forwards of another guest of the same owner to this one, e.g. on replacement, and
   * its names in networks. */
  takePorts(id: string, ports: readonly PortForward[]): Promise<readonly PortForward[]>;
  /** Asks a guest to end, kills it when it has not in time, and keeps what is known of it, so that
   * apply() can start it again. Nothing when it does not run. */
  stop(id: string): Promise<void>;
  /** Stops and removes; succeeds when there is nothing. */
  remove(id: string): Promise<void>;
  /** Bytes of the console from an offset on, as many as are at hand; none at its end or without
   * one. */
  readConsole(id: string, offset: number): Promise<Buffer>;
  /** The last lines of the console. */
  consoleTail(id: string, lines: number): Promise<readonly string[]>;
  /** What a running guest writes from now on, and what it is to read. */
  openConsole(id: string): Promise<Duplex>;
  /** Lets a debugger at a running guest, by a socket in a directory, while `use` runs; absent:
   * this driver's guests cannot be debugged. */
  debug?<Result>(
    id: string,
    options: { readonly fromStart: boolean },
    use: (directory: string, socket: string) => Promise<Result>,
  ): Promise<Result>;
  /** The process whose memory and time are the guest's; absent where it is not of this machine. */
  processOf?(id: string): Promise<{ readonly pid: number } | undefined>;
  /** Writes down what happened to a guest, for `unikernel events`; absent: nobody keeps that. */
  note?(id: string, what: string): Promise<void>;
}
