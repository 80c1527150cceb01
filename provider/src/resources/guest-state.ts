// The outputs of a guest: what is known of it after it was started, and before.
import type { GuestStatus, PortForward } from "../drivers/driver.ts";
import type { BootTimes } from "../guests/health.ts";
import {
  containsUnknown,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  Unknown,
  unwrapMap,
} from "../values.ts";
import { knownPorts } from "./guest-inputs.ts";

/** The state of a guest that runs. */
export function runningState(
  inputs: PropertyMap,
  status: Pick<GuestStatus, "ports" | "consoleLogPath">,
  times: PropertyMap,
): PropertyMap {
  return {
    ...inputs,
    ...placement(status.ports),
    ...times,
    consoleLog: status.consoleLogPath ?? "",
  };
}

export function measured(times: BootTimes): PropertyMap {
  return {
    bootTimeMs: times.bootTimeMs,
    ...(times.firstResponseMs === undefined ? {} : { firstResponseMs: times.firstResponseMs }),
  };
}

/** The times of an earlier state. */
export function measuredIn(state: PropertyMap): PropertyMap {
  return pick(state, ["bootTimeMs", "firstResponseMs"]);
}

/** All that an earlier state says beyond its inputs. */
export function outputsIn(state: PropertyMap): PropertyMap {
  return { ...pick(state, ["ports", "url", "address", "consoleLog"]), ...measuredIn(state) };
}

function pick(state: PropertyMap, names: readonly string[]): PropertyMap {
  return Object.fromEntries(
    names.flatMap((name) => (state[name] === undefined ? [] : [[name, state[name]]])),
  );
}

/** What preview can say of a guest that will be started: fixed ports, and so its URL. */
export function plannedState(inputs: PropertyMap, before: PropertyMap): PropertyMap {
  const { ports = [], healthCheck } = unwrapMap(inputs);
  const isHttp = containsUnknown(healthCheck ?? null)
    ? true
    : isPropertyMap(healthCheck) && healthCheck.http !== undefined;
  return {
    ...inputs,
    ...plannedPlacement(ports),
    bootTimeMs: Unknown.instance,
    ...(isHttp ? { firstResponseMs: Unknown.instance } : {}),
    consoleLog: before.consoleLog ?? Unknown.instance,
  };
}

function plannedPlacement(ports: PropertyValue): PropertyMap {
  const unknown = { ports: Unknown.instance, url: Unknown.instance, address: Unknown.instance };
  if (containsUnknown(ports)) return unknown;
  const known = knownPorts(ports);
  const [first] = known;
  const tcp = known.find(({ protocol }) => protocol === "tcp");
  return {
    ports: known.map((port) => ({ ...port, host: port.host === 0 ? Unknown.instance : port.host })),
    ...(tcp === undefined ? {} : { url: tcp.host === 0 ? Unknown.instance : urlOf(tcp) }),
    ...(first === undefined ? {} : { address: first.address }),
  };
}

function placement(ports: readonly PortForward[]): PropertyMap {
  const [first] = ports;
  const tcp = ports.find(({ protocol }) => protocol === "tcp");
  return {
    ports: ports.map(({ host, guest, protocol, address }) => ({ host, guest, protocol, address })),
    ...(tcp === undefined ? {} : { url: urlOf(tcp) }),
    ...(first === undefined ? {} : { address: first.address }),
  };
}

function urlOf(port: PortForward): string {
  // Who listens everywhere is reached here through the loopback address.
  const host = port.address === "0.0.0.0" ? "127.0.0.1" : port.address;
  return `http://${host}:${port.host}`;
}
