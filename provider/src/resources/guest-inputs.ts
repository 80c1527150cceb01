// From what a program says of a guest to what a driver is asked for. All that is wrong is found
// at once, each with its property path; what is not known yet cannot be wrong.
import { totalmem } from "node:os";
import type { PortForward } from "../drivers/driver.ts";
import type { GuestLifecycle } from "../drivers/lifecycle.ts";
import type { WantedNetwork } from "../drivers/networks/networks.ts";
import type { GuestVolume } from "../drivers/volume-driver.ts";
import type { HealthCheck } from "../guests/health.ts";
import { formatSize, parseDurationMs, parseSizeBytes } from "../guests/quantities.ts";
import {
  containsUnknown,
  isPropertyList,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  Secret,
  unwrapMap,
} from "../values.ts";
import {
  type DriverSelection,
  driverFailures,
  driverMachine,
  driverSelection,
  isXen,
  normalDriver,
} from "./guest-driver-input.ts";
import { healthFailures } from "./guest-health-inputs.ts";
import { lifecycleFailures, lifecycleOf, normalRestart } from "./guest-lifecycle-inputs.ts";
import { networkInputFailures, wantedNetworks } from "./guest-network-inputs.ts";
import { hasOwnAddress, placedPortFailures } from "./guest-place-inputs.ts";
import { attachedVolumes, normalVolumes, volumeFailures } from "./guest-volume-inputs.ts";
import type { CheckFailure } from "./resource.ts";
import { suggestion } from "./suggestion.ts";

export const GUEST_INPUTS = [
  "image",
  "driver",
  "memory",
  "cpus",
  "ports",
  "env",
  "args",
  "healthCheck",
  "accelerator",
  "volumes",
  "networks",
  "shutdownTimeout",
  "restart",
] as const;

export const ACCELERATORS = ["auto", "kvm", "tcg"] as const;
const DEFAULTS: PropertyMap = {
  driver: "qemu",
  memory: "32MiB",
  cpus: 1,
  ports: [],
  env: {},
  args: [],
  accelerator: "auto",
  shutdownTimeout: "10s",
  // What starts again and again unseen hides what is wrong with it.
  restart: "no",
};
const PORT_DEFAULTS: PropertyMap = { host: 0, protocol: "tcp", address: "127.0.0.1" };
const HEALTH_DEFAULTS: PropertyMap = { interval: "1s", timeout: "5s", retries: 30 };
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const ADDRESS = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
/** Less holds no image and its page tables. */
const MEMORY_BYTES_MIN = 4 * 2 ** 20;

export type Refuse = (property: string, reason: string) => void;

/** The inputs with defaults, secrets left as they are. A property that is null counts as absent. */
export function withDefaults(news: PropertyMap): PropertyMap {
  const filled: Record<string, PropertyValue> = { ...DEFAULTS, ...withoutNulls(news) };
  filled.driver = inside(filled.driver ?? null, normalDriver);
  filled.restart = inside(filled.restart ?? null, normalRestart);
  filled.ports = inside(filled.ports ?? [], (ports) =>
    isPropertyList(ports)
      ? ports.map((port) =>
          inside(port, (value) =>
            isPropertyMap(value) ? { ...PORT_DEFAULTS, ...withoutNulls(value) } : value,
          ),
        )
      : ports,
  );
  if (filled.healthCheck !== undefined) {
    filled.healthCheck = inside(filled.healthCheck, (check) =>
      isPropertyMap(check) ? { ...HEALTH_DEFAULTS, ...withoutNulls(check) } : check,
    );
  }
  if (filled.volumes !== undefined) filled.volumes = inside(filled.volumes, normalVolumes);
  // None is none, however it is said.
  if (isPropertyList(filled.volumes) && filled.volumes.length === 0) delete filled.volumes;
  return filled;
}

/** Everything that can be said without asking the machine. */
export function inputFailures(inputs: PropertyMap, drivers: readonly string[]): CheckFailure[] {
  const plain = unwrapMap(inputs);
  const failures: CheckFailure[] = [];
  const refuse: Refuse = (property, reason) => failures.push({ property, reason });
  unknownNames(plain, GUEST_INPUTS, "", "a Guest", refuse);
  imageFailure(plain.image, refuse);
  driverFailures(plain.driver ?? null, drivers, refuse);
  choiceFailure("accelerator", plain.accelerator, ACCELERATORS, refuse);
  const { driver = null } = plain;
  const selection = containsUnknown(driver) ? undefined : driverSelection(driver);
  if (selection?.name === "sandbox" && ["kvm", "tcg"].includes(String(plain.accelerator))) {
    refuse("accelerator", "is for virtual machines: a sandboxed guest is a process; leave it out");
  }
  if (isXen(selection) && ["kvm", "tcg"].includes(String(plain.accelerator))) {
    refuse("accelerator", "is QEMU's: Xen runs its guests itself; leave it out");
  }
  const machine = selection && driverMachine(selection);
  memoryFailure(plain.memory, machine, refuse);
  if (!containsUnknown(plain.cpus ?? null) && plain.cpus !== 1) {
    refuse("cpus", `must be 1, not ${describe(plain.cpus)}: a guest has one processor`);
  }
  portFailures(plain.ports ?? null, refuse);
  volumeFailures(plain.volumes, refuse);
  networkInputFailures(plain, selection, refuse);
  textFailures(plain, refuse);
  lifecycleFailures(plain, selection?.name, refuse);
  if (plain.healthCheck !== undefined) {
    // What has an address of its own is not behind its machine's.
    const behind = hasOwnAddress(selection, plain.networks) ? undefined : machine;
    healthFailures(plain.healthCheck, plain.ports, behind, refuse);
  }
  if (selection) placedPortFailures(selection, plain, refuse);
  return failures;
}

export interface GuestInputs {
  readonly digest: string;
  readonly driver: DriverSelection;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly ports: readonly PortForward[];
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly accelerator: (typeof ACCELERATORS)[number];
  readonly healthCheck: HealthCheck | undefined;
  readonly volumes: readonly GuestVolume[];
  readonly networks: readonly WantedNetwork[];
  readonly lifecycle: GuestLifecycle;
}

/** Only for checked inputs without unknown values. */
export function guestInputs(inputs: PropertyMap): GuestInputs {
  const plain = unwrapMap(withDefaults(inputs));
  const ports = knownPorts(plain.ports ?? null);
  return {
    digest: String(plain.image),
    driver: driverSelection(plain.driver),
    memoryBytes: parseSizeBytes(String(plain.memory)) ?? 0,
    cpus: Number(plain.cpus),
    ports,
    env: plain.env as Readonly<Record<string, string>>,
    args: plain.args as readonly string[],
    accelerator: plain.accelerator as GuestInputs["accelerator"],
    healthCheck: healthCheckOf(plain.healthCheck, ports),
    volumes: attachedVolumes(plain.volumes),
    networks: wantedNetworks(plain.networks),
    lifecycle: lifecycleOf(plain),
  };
}

/** The ports of plain inputs; only for ports that have been checked and are known. */
export function knownPorts(ports: PropertyValue): PortForward[] {
  return isPropertyList(ports) ? (ports as unknown as readonly PortForward[]).map(portOf) : [];
}

function portOf({ host, guest, protocol, address }: PortForward): PortForward {
  return { host, guest, protocol, address };
}

function healthCheckOf(
  value: PropertyValue | undefined,
  ports: readonly PortForward[],
): HealthCheck | undefined {
  if (!isPropertyMap(value)) return undefined;
  const limits = {
    intervalMs: parseDurationMs(String(value.interval)) ?? 0,
    timeoutMs: parseDurationMs(String(value.timeout)) ?? 0,
    retries: Number(value.retries),
  };
  if (typeof value.http === "string") {
    const first = ports.find(({ protocol }) => protocol === "tcp");
    const port = typeof value.port === "number" ? value.port : (first?.guest ?? 0);
    return { kind: "http", path: value.http, port, ...limits };
  }
  if (typeof value.tcp === "number") return { kind: "tcp", port: value.tcp, ...limits };
  return { kind: "console", text: String(value.console), ...limits };
}

export function unknownNames(
  value: PropertyMap,
  known: readonly string[],
  prefix: string,
  what: string,
  refuse: Refuse,
): void {
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    refuse(`${prefix}${name}`, `${what} has no property "${name}"${suggestion(name, known)}`);
  }
}

export function describe(value: PropertyValue | undefined): string {
  if (value === null || value === undefined) return "nothing";
  if (isPropertyList(value)) return "a list";
  if (typeof value === "object") return "an object";
  return JSON.stringify(value);
}

export function isPort(value: PropertyValue | undefined, least = 1): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= 65_535;
}

function imageFailure(value: PropertyValue | undefined, refuse: Refuse): void {
  if (containsUnknown(value ?? null)) return;
  if (typeof value === "string" && DIGEST.test(value)) return;
  refuse(
    "image",
    value === undefined || value === null
      ? "is missing; give an Image or its digest"
      : `must be an Image or its digest, "sha256:" and 64 hexadecimal digits, not ${describe(value)}`,
  );
}

export function choiceFailure(
  name: string,
  value: PropertyValue | undefined,
  choices: readonly string[],
  refuse: Refuse,
): void {
  if (containsUnknown(value ?? null)) return;
  if (typeof value === "string" && choices.includes(value)) return;
  const known = choices.map((choice) => `"${choice}"`).join(" or ");
  refuse(name, `must be ${known}, not ${describe(value)}`);
}

function memoryFailure(
  value: PropertyValue | undefined,
  machine: string | undefined,
  refuse: Refuse,
): void {
  if (containsUnknown(value ?? null)) return;
  const bytes = typeof value === "string" ? parseSizeBytes(value) : undefined;
  if (bytes === undefined) {
    refuse("memory", `must be a size such as "32MiB" or "1GiB", not ${describe(value)}`);
  } else if (bytes < MEMORY_BYTES_MIN) {
    refuse("memory", `must be at least ${formatSize(MEMORY_BYTES_MIN)}, not ${describe(value)}`);
  } else if (machine === undefined && bytes > totalmem()) {
    const here = `${Math.floor(totalmem() / 2 ** 20)}MiB`;
    refuse("memory", `${describe(value)} is more than this machine has (${here})`);
  }
}

function portFailures(ports: PropertyValue, refuse: Refuse): void {
  if (!isPropertyList(ports)) {
    if (!containsUnknown(ports)) {
      refuse("ports", `must be a list such as [{ host: 8080, guest: 80 }], not ${describe(ports)}`);
    }
    return;
  }
  const seen = new Map<string, number>();
  for (const [index, port] of ports.entries()) {
    const path = `ports[${index}]`;
    if (!isPropertyMap(port)) {
      if (!containsUnknown(port)) {
        refuse(path, `must be an object such as { host: 8080, guest: 80 }, not ${describe(port)}`);
      }
      continue;
    }
    unknownNames(port, ["host", "guest", "protocol", "address"], `${path}.`, "a port", refuse);
    const known = (name: string) => !containsUnknown(port[name] ?? null);
    if (known("guest") && !isPort(port.guest)) {
      refuse(`${path}.guest`, `must be a port from 1 to 65535, not ${describe(port.guest)}`);
    }
    if (known("host") && !isPort(port.host, 0)) {
      refuse(
        `${path}.host`,
        `must be a port from 1 to 65535, or 0 for a free one, not ${describe(port.host)}`,
      );
    }
    choiceFailure(`${path}.protocol`, port.protocol, ["tcp", "udp"], refuse);
    if (known("address") && !(typeof port.address === "string" && ADDRESS.test(port.address))) {
      refuse(
        `${path}.address`,
        `must be an IPv4 address of the host such as "127.0.0.1" or "0.0.0.0", not ${describe(port.address)}`,
      );
    }
    if (containsUnknown(port) || port.host === 0) continue;
    const key = `${port.protocol} ${port.address} ${port.host}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else refuse(`${path}.host`, `${port.host} is already used by ports[${first}]`);
  }
}

function textFailures(plain: PropertyMap, refuse: Refuse): void {
  const { env = null, args = null } = plain;
  const check = (path: string, value: PropertyValue, secretive: boolean) => {
    if (containsUnknown(value)) return;
    if (typeof value !== "string") {
      refuse(path, `must be a string${secretive ? "" : `, not ${describe(value)}`}`);
    } else if (value.includes("\0")) refuse(path, "must not contain a NUL character");
  };
  if (isPropertyMap(env)) {
    for (const [name, value] of Object.entries(env)) {
      // Never the value itself: it may be secret by what it is, not by how it is marked.
      check(`env.${name}`, value, true);
      if (name === "" || /[=\0]/.test(name)) {
        refuse("env", `${JSON.stringify(name)} cannot be the name of an environment variable`);
      }
    }
  } else if (!containsUnknown(env)) {
    refuse("env", `must be an object of strings, not ${describe(env)}`);
  }
  if (isPropertyList(args)) {
    for (const [index, value] of args.entries()) check(`args[${index}]`, value, false);
  } else if (!containsUnknown(args)) {
    refuse("args", `must be a list of strings, not ${describe(args)}`);
  }
}

function withoutNulls(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null));
}

/** Changes what is inside of a secret without revealing it. */
function inside(
  value: PropertyValue,
  change: (value: PropertyValue) => PropertyValue,
): PropertyValue {
  return value instanceof Secret ? new Secret(change(value.value)) : change(value);
}
