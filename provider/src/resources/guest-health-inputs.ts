// What can be wrong with a guest's `healthCheck`.
import { parseDurationMs } from "../guests/quantities.ts";
import {
  containsUnknown,
  isPropertyList,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
} from "../values.ts";
import { describe, isPort, type Refuse, unknownNames } from "./guest-inputs.ts";

const KINDS = ["http", "tcp", "console"] as const;
const NAMES = [...KINDS, "port", "interval", "timeout", "retries"] as const;
/** What can stand in the first line of a request. */
const PATH = /^\/[\x21-\x7e]*$/;

export function healthFailures(
  value: PropertyValue,
  ports: PropertyValue | undefined,
  machine: string | undefined,
  refuse: Refuse,
): void {
  if (!isPropertyMap(value)) {
    if (!containsUnknown(value)) {
      refuse("healthCheck", `must be an object such as { http: "/" }, not ${describe(value)}`);
    }
    return;
  }
  unknownNames(value, NAMES, "healthCheck.", "a health check", refuse);
  const kinds = KINDS.filter((kind) => value[kind] !== undefined);
  if (kinds.length !== 1) {
    const found = kinds.length === 0 ? "has none" : `has ${kinds.join(" and ")}`;
    refuse("healthCheck", `must have one of http, tcp and console; it ${found}`);
  }
  const known = (name: string) => !containsUnknown(value[name] ?? null);
  if (value.http !== undefined && known("http")) {
    if (typeof value.http !== "string" || !PATH.test(value.http)) {
      refuse("healthCheck.http", `must be a path such as "/healthz", not ${describe(value.http)}`);
    }
  }
  if (value.console !== undefined && known("console")) {
    if (typeof value.console !== "string" || value.console === "") {
      refuse("healthCheck.console", `must be a text, not ${describe(value.console)}`);
    }
  }
  if (value.port !== undefined && value.http === undefined) {
    refuse("healthCheck.port", "goes with http only; for tcp give the port as tcp");
  }
  portFailures(value, ports, refuse);
  if (machine !== undefined) reachFailures(value, ports, machine, refuse);
  for (const name of ["interval", "timeout"]) {
    if (!known(name)) continue;
    const text = value[name];
    const milliseconds = typeof text === "string" ? parseDurationMs(text) : undefined;
    if (milliseconds === undefined || milliseconds <= 0) {
      refuse(
        `healthCheck.${name}`,
        `must be a duration such as "500ms" or "5s", not ${describe(text)}`,
      );
    }
  }
  const { retries } = value;
  if (
    known("retries") &&
    !(typeof retries === "number" && Number.isInteger(retries) && retries > 0)
  ) {
    refuse("healthCheck.retries", `must be a whole number from 1 on, not ${describe(retries)}`);
  }
}

/** A guest can only be asked at a port that is forwarded. */
function portFailures(value: PropertyMap, ports: PropertyValue | undefined, refuse: Refuse): void {
  if (!isPropertyList(ports) || containsUnknown(ports)) return;
  const forwarded = ports.flatMap((port) =>
    isPropertyMap(port) && port.protocol === "tcp" ? [port.guest ?? null] : [],
  );
  const check = (name: "tcp" | "port") => {
    const port = value[name];
    if (port === undefined || containsUnknown(port)) return;
    if (!isPort(port)) {
      refuse(`healthCheck.${name}`, `must be a port from 1 to 65535, not ${describe(port)}`);
    } else if (!forwarded.includes(port)) {
      refuse(
        `healthCheck.${name}`,
        `port ${port} of the guest is not forwarded; add { guest: ${port} } to ports`,
      );
    }
  };
  check("tcp");
  if (value.http === undefined) return;
  check("port");
  if (value.port === undefined && forwarded.length === 0) {
    refuse("healthCheck.http", "no TCP port is forwarded; add one to ports, e.g. { guest: 80 }");
  }
}

/** What listens on another machine's loopback address cannot be asked from here. */
function reachFailures(
  value: PropertyMap,
  ports: PropertyValue | undefined,
  machine: string,
  refuse: Refuse,
): void {
  if (!isPropertyList(ports) || containsUnknown(ports) || containsUnknown(value)) return;
  const tcp = ports.filter((port) => isPropertyMap(port)).filter((port) => port.protocol === "tcp");
  const asked = value.tcp ?? value.port;
  const port =
    value.http !== undefined && asked === undefined
      ? tcp[0]
      : tcp.find((candidate) => candidate.guest === asked);
  if (value.console !== undefined || !String(port?.address ?? "").startsWith("127.")) return;
  refuse(
    "healthCheck",
    `port ${port?.guest} of the guest is forwarded from ${port?.address} of ${machine}, which cannot be reached from here; give that port another address of ${machine}, such as "0.0.0.0", or check the console`,
  );
}
