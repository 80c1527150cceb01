// What the host hands to a guest beside its image: NUL-terminated strings, as
// toolchain/lib/plat/include/uk/plat.h (uk_boot_config) describes them.

export interface GuestNetwork {
  /** E.g. "10.0.2.15/24". */
  readonly address: string;
  readonly gateway: string;
  readonly dns: string;
}

export interface GuestMount {
  /** The disk's name. */
  readonly name: string;
  /** Where its files are to be. */
  readonly path: string;
  readonly readOnly: boolean;
}

/** A further interface, which is known by its hardware address. */
export interface GuestInterface {
  /** E.g. "02:67:0a:07:00:02". */
  readonly mac: string;
  /** E.g. "10.7.0.2/24". */
  readonly address: string;
}

export interface GuestConfiguration {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly hostname?: string;
  /** Absent: the guest asks by DHCP. */
  readonly network?: GuestNetwork;
  /** Not decoded. */
  readonly mounts?: readonly GuestMount[];
  readonly interfaces?: readonly GuestInterface[];
  /** After which ends the machine resets instead of switching itself off, for hosts that start
   * again what resets. Not decoded. */
  readonly restart?: "on-failure" | "always";
  /** The host's clock when this was written, in nanoseconds since 1970. */
  readonly clockRealtimeNs?: bigint;
}

const SIGNATURE = "unikernel-config/1";
const CLOCK = "clock.realtime:";

/** Throws when a value cannot be represented; names it without showing its value. */
export function encodeConfiguration(configuration: GuestConfiguration): Buffer {
  const entries = [SIGNATURE];
  for (const [index, argument] of configuration.args.entries()) {
    refuseNul(argument, `args[${index}]`);
    entries.push(`arg:${argument}`);
  }
  // Sorted, so that the order in which a program mentions them changes nothing.
  for (const name of Object.keys(configuration.env).sort()) {
    const value = configuration.env[name] ?? "";
    if (name === "" || name.includes("=")) {
      throw new Error(`"${name}" cannot be the name of an environment variable`);
    }
    refuseNul(name, "the name of an environment variable");
    refuseNul(value, `env.${name}`);
    entries.push(`env:${name}=${value}`);
  }
  if (configuration.hostname !== undefined) entries.push(`hostname:${configuration.hostname}`);
  if (configuration.network !== undefined) {
    const { address, gateway, dns } = configuration.network;
    entries.push(`net.address:${address}`, `net.gateway:${gateway}`, `net.dns:${dns}`);
  }
  for (const { name, path, readOnly } of configuration.mounts ?? []) {
    refuseNul(path, "the path of a volume");
    entries.push(`${readOnly ? "volume.read-only" : "volume"}:${name}=${path}`);
  }
  for (const { mac, address } of configuration.interfaces ?? []) {
    entries.push(`net.address.${mac.replaceAll(":", "")}:${address}`);
  }
  if (configuration.restart !== undefined) entries.push(`restart:${configuration.restart}`);
  if (configuration.clockRealtimeNs !== undefined) {
    entries.push(`${CLOCK}${configuration.clockRealtimeNs}`);
  }
  return Buffer.from(entries.map((entry) => `${entry}\0`).join(""), "utf8");
}

/** Undefined when the bytes are not a configuration. */
export function decodeConfiguration(bytes: Buffer): GuestConfiguration | undefined {
  const entries = bytes.toString("utf8").split("\0");
  if (entries.shift() !== SIGNATURE) return undefined;
  const valuesOf = (key: string) =>
    entries.filter((entry) => entry.startsWith(key)).map((entry) => entry.slice(key.length));
  const first = (key: string) => valuesOf(key)[0];

  const env: Record<string, string> = {};
  for (const entry of valuesOf("env:")) {
    const equals = entry.indexOf("=");
    if (equals > 0) env[entry.slice(0, equals)] = entry.slice(equals + 1);
  }
  const hostname = first("hostname:");
  const address = first("net.address:");
  const gateway = first("net.gateway:");
  const dns = first("net.dns:");
  const clock = first(CLOCK);
  return {
    args: valuesOf("arg:"),
    env,
    ...(hostname === undefined ? {} : { hostname }),
    ...(address === undefined || gateway === undefined || dns === undefined
      ? {}
      : { network: { address, gateway, dns } }),
    ...(clock === undefined || !/^\d+$/.test(clock) ? {} : { clockRealtimeNs: BigInt(clock) }),
  };
}

/** Whether two encoded configurations ask for the same, whenever they were written. */
export function isSameConfiguration(left: Buffer, right: Buffer): boolean {
  return withoutClock(left) === withoutClock(right);
}

function withoutClock(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .split("\0")
    .filter((entry) => !entry.startsWith(CLOCK))
    .join("\0");
}

function refuseNul(text: string, what: string): void {
  if (text.includes("\0")) throw new Error(`${what} must not contain a NUL character`);
}
