// From what a program says of a service to what its replicas and their rollout are. What a replica
// shares with a Guest is said, checked and understood as there.
import type { Front, FrontPort } from "../services/files.ts";
import { SLOTS } from "../services/haproxy-configuration.ts";
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
  describe,
  type GuestInputs,
  guestInputs,
  inputFailures,
  type Refuse,
  unknownNames,
  withDefaults,
} from "./guest-inputs.ts";
import type { CheckFailure } from "./resource.ts";
import {
  ROLLOUT_DEFAULTS,
  type RolloutManners,
  rolloutFailures,
  rolloutOf,
} from "./service-rollout-inputs.ts";

/** Those whose guests this machine runs, behind a HAProxy of its own. */
export const SERVICE_DRIVERS = ["qemu", "sandbox"] as const;

/** What makes a replica what it is: another value is another revision. */
export const TEMPLATE_INPUTS = [
  "image",
  "driver",
  "memory",
  "env",
  "secrets",
  "args",
  "accelerator",
] as const;

/** What a replica has in common with a Guest. */
const GUEST_NAMES = [
  ...TEMPLATE_INPUTS.filter((name) => name !== "secrets"),
  "healthCheck",
  "shutdownTimeout",
  "restart",
];

export const SERVICE_INPUTS = [
  ...TEMPLATE_INPUTS,
  "replicas",
  "ports",
  "healthCheck",
  "shutdownTimeout",
  "restart",
  "rollout",
  "revision",
  "historyLimit",
] as const;

const DEFAULTS: PropertyMap = { replicas: 2, ports: [], secrets: {}, historyLimit: 10 };
const PORT_DEFAULTS: PropertyMap = { host: 0, protocol: "http", address: "127.0.0.1" };
const HISTORY_MAX = 100;

export interface ServiceInputs extends RolloutManners {
  /** What a replica is started from; its ports are chosen. */
  readonly guest: GuestInputs;
  /** Its host's ports may be 0: chosen. */
  readonly front: Front;
}

/** The inputs with defaults; a property that is null counts as absent, and secrets are secret. */
export function withServiceDefaults(news: PropertyMap): PropertyMap {
  const said = withoutNulls(news);
  const {
    ports: _ports,
    volumes: _volumes,
    cpus: _cpus,
    ...guest
  } = withDefaults({
    ...pick(said, GUEST_NAMES),
  });
  const all: PropertyMap = { ...DEFAULTS, ...guest, ...said };
  return {
    ...all,
    ...pick(guest, GUEST_NAMES),
    ports: withPortDefaults(all.ports ?? null),
    secrets: new Secret(all.secrets ?? null),
    rollout: isPropertyMap(all.rollout ?? {})
      ? { ...ROLLOUT_DEFAULTS, ...withoutNulls((all.rollout ?? {}) as PropertyMap) }
      : (all.rollout ?? null),
  };
}

function withPortDefaults(ports: PropertyValue): PropertyValue {
  if (!isPropertyList(ports)) return ports;
  return ports.map((port) =>
    isPropertyMap(port) ? { ...PORT_DEFAULTS, ...withoutNulls(port) } : port,
  );
}

/** Everything that can be said without asking the machine. */
export function serviceFailures(inputs: PropertyMap): CheckFailure[] {
  const plain = unwrapMap(inputs);
  const failures: CheckFailure[] = [];
  const refuse: Refuse = (property, reason) => failures.push({ property, reason });
  unknownNames(plain, SERVICE_INPUTS, "", "a Service", refuse);
  failures.push(...inputFailures(guestView(plain, {}), SERVICE_DRIVERS));
  portFailures(plain.ports ?? null, refuse);
  secretFailures(plain, refuse);
  wholeNumberFailure("replicas", plain.replicas, 0, SLOTS, refuse);
  wholeNumberFailure("historyLimit", plain.historyLimit, 1, HISTORY_MAX, refuse);
  if (plain.revision !== undefined) {
    wholeNumberFailure("revision", plain.revision, 1, Number.MAX_SAFE_INTEGER, refuse);
  }
  rolloutFailures(plain, refuse);
  return failures;
}

/** Only for checked inputs without unknown values. */
export function serviceInputs(inputs: PropertyMap): ServiceInputs {
  const plain = unwrapMap(withServiceDefaults(inputs));
  const guest = guestInputs(guestView(plain, plain.secrets ?? {}));
  return {
    guest: { ...guest, ports: guest.ports.map((port) => ({ ...port, ...CHOSEN })) },
    front: frontOf(plain, guest),
    ...rolloutOf(plain.rollout as PropertyMap, Number(plain.replicas)),
  };
}

/** Only HAProxy, on this machine, asks a replica. */
const CHOSEN = { host: 0, address: "127.0.0.1" };

function frontOf(plain: PropertyMap, { healthCheck }: GuestInputs): Front {
  const ports = knownFrontPorts(plain.ports);
  const first = ports[0]?.guest;
  if (healthCheck === undefined || first === undefined) return { ports };
  const { intervalMs } = healthCheck;
  switch (healthCheck.kind) {
    case "http":
      return { ports, check: { path: healthCheck.path, guest: healthCheck.port, intervalMs } };
    case "tcp":
      return { ports, check: { guest: healthCheck.port, intervalMs } };
    // What a console has said once says nothing of later.
    case "console":
      return { ports, check: { guest: first, intervalMs } };
  }
}

/** Only for ports that have been checked and are known. */
export function knownFrontPorts(ports: PropertyValue | undefined): FrontPort[] {
  if (!isPropertyList(ports)) return [];
  return (ports as unknown as readonly FrontPort[]).map(({ host, guest, address, protocol }) => ({
    ...{ host, guest, address, protocol },
  }));
}

/** The inputs of a replica as those of a Guest. */
function guestView(plain: PropertyMap, secrets: PropertyValue): PropertyMap {
  const { ports = [], env = {} } = plain;
  return {
    ...pick(plain, GUEST_NAMES),
    cpus: 1,
    env: isPropertyMap(env) && isPropertyMap(secrets) ? { ...env, ...secrets } : env,
    ports: isPropertyList(ports)
      ? ports.map((port) => (isPropertyMap(port) ? { ...port, protocol: "tcp" } : port))
      : ports,
  };
}

function portFailures(ports: PropertyValue, refuse: Refuse): void {
  if (!isPropertyList(ports)) return;
  if (ports.length === 0) {
    refuse("ports", "is empty; give the port at which the service answers, e.g. [{ guest: 80 }]");
  }
  for (const [index, port] of ports.entries()) {
    if (!isPropertyMap(port) || containsUnknown(port.protocol ?? null)) continue;
    if (port.protocol === "http" || port.protocol === "tcp") continue;
    const hint = port.protocol === "udp" ? "; HAProxy does not pass UDP on" : "";
    refuse(
      `ports[${index}].protocol`,
      `must be "http" or "tcp", not ${describe(port.protocol)}${hint}`,
    );
  }
}

function secretFailures({ secrets = null, env = null }: PropertyMap, refuse: Refuse): void {
  if (!isPropertyMap(secrets)) {
    // Never the value itself.
    if (!containsUnknown(secrets)) refuse("secrets", "must be an object of strings");
    return;
  }
  for (const [name, value] of Object.entries(secrets)) {
    if (name === "" || /[=\0]/.test(name)) {
      refuse("secrets", `${JSON.stringify(name)} cannot be the name of an environment variable`);
    }
    if (isPropertyMap(env) && Object.hasOwn(env, name)) {
      refuse(`secrets.${name}`, "is in env, too; say it once");
    }
    if (containsUnknown(value)) continue;
    if (typeof value !== "string") refuse(`secrets.${name}`, "must be a string");
    else if (value.includes("\0")) {
      refuse(`secrets.${name}`, "must not contain a NUL character");
    }
  }
}

function wholeNumberFailure(
  name: string,
  value: PropertyValue | undefined,
  least: number,
  most: number,
  refuse: Refuse,
): void {
  if (containsUnknown(value ?? null)) return;
  const isFine = typeof value === "number" && Number.isInteger(value);
  if (isFine && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  refuse(name, `must be a whole number ${range}, not ${describe(value)}`);
}

/** What makes a replica what it is, secrets left as they are. */
export function templateOf(inputs: PropertyMap): PropertyMap {
  return pick(inputs, TEMPLATE_INPUTS);
}

export function pick(map: PropertyMap, names: readonly string[]): PropertyMap {
  return Object.fromEntries(
    names.flatMap((name) => (map[name] === undefined ? [] : [[name, map[name]]])),
  );
}

function withoutNulls(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null));
}
