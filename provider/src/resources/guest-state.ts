// The outputs of a guest: what is known of it after it was started, and before.
import { type GuestStatus, type PortForward, reachableHost } from "../drivers/driver.ts";
import type { BootTimes } from "../guests/health.ts";
import {
  containsUnknown,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  sameValue,
  Unknown,
  unwrapMap,
} from "../values.ts";
import { type DriverSelection, driverMachine, driverSelection } from "./guest-driver-input.ts";
import { knownPorts } from "./guest-inputs.ts";

/** The state of a guest that runs. */
export function runningState(
  inputs: PropertyMap,
  status: Pick<GuestStatus, "ports" | "consoleLogPath" | "addresses" | "restarts">,
  times: PropertyMap,
): PropertyMap {
  return {
    ...inputs,
    ...placement(status.ports, driverMachine(selectionIn(inputs))),
    ...(status.addresses === undefined ? {} : { addresses: status.addresses }),
    ...times,
    consoleLog: status.consoleLogPath ?? "",
    restarts: status.restarts ?? 0,
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
  return {
    ...pick(state, ["ports", "url", "address", "addresses", "consoleLog", "restarts"]),
    ...measuredIn(state),
  };
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
    ...plannedPlacement(ports, selectionIn(inputs), inputs.networks !== undefined),
    ...plannedAddresses(inputs, before),
    bootTimeMs: Unknown.instance,
    ...(isHttp ? { firstResponseMs: Unknown.instance } : {}),
    consoleLog: before.consoleLog ?? Unknown.instance,
    restarts: 0,
  };
}

/** A guest that stays in its networks keeps its addresses there. */
function plannedAddresses(inputs: PropertyMap, before: PropertyMap): PropertyMap {
  const { networks } = inputs;
  if (networks === undefined) return {};
  const { addresses = null, networks: earlier = null } = before;
  return { addresses: sameValue(networks, earlier) ? addresses : Unknown.instance };
}

function selectionIn(inputs: PropertyMap): DriverSelection {
  return driverSelection(unwrapMap(inputs).driver);
}

function plannedPlacement(
  ports: PropertyValue,
  selection: DriverSelection,
  isPlaced: boolean,
): PropertyMap {
  const unknown = { ports: Unknown.instance, url: Unknown.instance, address: Unknown.instance };
  // A network gives its addresses when guests ask for them.
  const isAsked = selection.network !== undefined || (isPlaced && selection.name === "libvirt");
  if (containsUnknown(ports) || isAsked) return unknown;
  const machine = driverMachine(selection);
  const address = selection.place?.address.split("/")[0];
  const known = knownPorts(ports).map((port) =>
    address === undefined ? port : { ...port, host: port.guest, address },
  );
  const [first] = known;
  const tcp = known.find(({ protocol }) => protocol === "tcp");
  return {
    ports: known.map((port) => ({ ...port, host: port.host === 0 ? Unknown.instance : port.host })),
    ...(tcp === undefined ? {} : { url: tcp.host === 0 ? Unknown.instance : urlOf(tcp, machine) }),
    ...(first === undefined ? {} : { address: first.address }),
  };
}

function placement(ports: readonly PortForward[], machine: string | undefined): PropertyMap {
  const [first] = ports;
  const tcp = ports.find(({ protocol }) => protocol === "tcp");
  return {
    ports: ports.map(({ host, guest, protocol, address }) => ({ host, guest, protocol, address })),
    ...(tcp === undefined ? {} : { url: urlOf(tcp, machine) }),
    ...(first === undefined ? {} : { address: first.address }),
  };
}

function urlOf(port: PortForward, machine: string | undefined): string {
  const host = reachableHost(port, machine);
  return `http://${host.includes(":") ? `[${host}]` : host}:${port.host}`;
}
