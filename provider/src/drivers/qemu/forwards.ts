// QEMU's words for forwarded ports, and what its monitor answers about them.
import type { PortForward } from "../driver.ts";

/** The guest's address in QEMU's user-mode network, and those who serve it. */
export const USER_NETWORK = {
  guest: "10.0.2.15",
  prefixBits: 24,
  gateway: "10.0.2.2",
  dns: "10.0.2.3",
} as const;

/** E.g. "tcp:127.0.0.1:8080-10.0.2.15:80". */
export function forwardRule(forward: PortForward): string {
  return `${listener(forward)}-${USER_NETWORK.guest}:${forward.guest}`;
}

/** E.g. "tcp:127.0.0.1:8080", which names a rule that is to be removed. */
export function listener(forward: PortForward): string {
  return `${forward.protocol}:${forward.address}:${forward.host}`;
}

/** The forwards in the answer to "info usernet". */
export function parseUserNetwork(answer: string): PortForward[] {
  const row = /^\s*(TCP|UDP)\[HOST_FORWARD\]\s+\d+\s+(\S+)\s+(\d+)\s+\S+\s+(\d+)\s/gm;
  return [...answer.matchAll(row)].map((match) => ({
    protocol: match[1] === "UDP" ? "udp" : "tcp",
    // slirp writes the address "any" as a star.
    address: match[2] === "*" ? "0.0.0.0" : (match[2] ?? ""),
    host: Number(match[3]),
    guest: Number(match[4]),
  }));
}

/** Whether a client of this forward is connected all the way into the guest. */
export function hasEstablished(answer: string, forward: PortForward): boolean {
  const row = /^\s*TCP\[ESTABLISHED\]\s+\d+\s+\S+\s+(\d+)\s+\S+\s+(\d+)\s/gm;
  return [...answer.matchAll(row)].some(
    (match) => Number(match[1]) === forward.host && Number(match[2]) === forward.guest,
  );
}
