// passt, which brings a guest's frames into the host's network without privileges. Each guest has
// one of its own, so the guest's address is always the same; passt listens at an address of the
// loopback network that no other guest has, and the tender forwards the host's ports to it.
import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";

/** The guest's address and those who serve it. */
export const passtNetwork = {
  guest: "10.0.2.15",
  prefixBits: 24,
  gateway: "10.0.2.2",
  dns: "10.0.2.3",
} as const;

export const missingPasst =
  "passt is not on PATH. Install it: `apt-get install passt` (Debian, Ubuntu), " +
  "`dnf install passt` (Fedora), `pacman -S passt` (Arch)";

/** A guest's port, and where passt listens for it. */
export interface PasstPort {
  readonly protocol: "tcp" | "udp";
  readonly guest: number;
  readonly address: string;
  readonly port: number;
}

/** Its path, or undefined when it is not on PATH. */
export async function findPasst(
  path: string = process.env.PATH ?? "",
): Promise<string | undefined> {
  for (const directory of path.split(delimiter).filter((name) => name !== "")) {
    const candidate = join(directory, "passt");
    const isThere = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return candidate;
  }
  return undefined;
}

/** Whether it brings answers to datagrams back where the gateway's address leads nowhere (see
 * below). It does since it keeps flows of UDP (2024_07_26); releases from a month later are known
 * by an option, packages of distributions not even by a version. */
export function passtReturnsDatagrams(passt: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(passt, ["--help"], (_error, stdout, stderr) => {
      resolve(`${stdout}${stderr}`.includes("--map-host-loopback"));
    });
  });
}

/** The tender's network helper: it gets its end of the guest's socket as descriptor 3. */
export function passtCommand(passt: string, ports: readonly PasstPort[]): string[] {
  const rules = (protocol: "tcp" | "udp") =>
    ports
      .filter((port) => port.protocol === protocol)
      .flatMap((port) => [
        protocol === "tcp" ? "-t" : "-u",
        `${port.address}/${port.port}:${port.guest}`,
      ]);
  const { guest, prefixBits, gateway, dns } = passtNetwork;
  return [
    ...[passt, "--quiet", "--fd", "3"],
    ...["--ipv4-only", "--address", guest, "--netmask", String(prefixBits), "--gateway", gateway],
    // Else the gateway's address would lead to whatever listens on the host's own loopback.
    ...["--no-map-gw", "--dns-forward", dns],
    ...rules("tcp"),
    ...rules("udp"),
  ];
}

const ATTEMPTS = 20;

/** An address and ports for passt. It does not complain of ports that it cannot have, so they
 * are tried before; that somebody takes one of these in between is all but impossible. */
export async function choosePasstPorts(
  wanted: readonly Pick<PasstPort, "protocol" | "guest">[],
): Promise<PasstPort[]> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const address = `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
    // Below the ports that systems give to whoever does not care.
    const first = randomInt(20_000, 30_000);
    const ports = wanted.map(({ protocol, guest }, index) => ({
      protocol,
      guest,
      address,
      port: first + index,
    }));
    if ((await Promise.all(ports.map(isFree))).every((free) => free)) return ports;
  }
  throw new Error("no address of the loopback network is free for a guest's ports");
}

function isFree({ protocol, address, port }: PasstPort): Promise<boolean> {
  return new Promise((resolve) => {
    if (protocol === "udp") {
      const socket = createSocket("udp4");
      socket.once("error", () => socket.close(() => resolve(false)));
      socket.bind({ port, address, exclusive: true }, () => socket.close(() => resolve(true)));
    } else {
      const server = createServer();
      server.once("error", () => resolve(false));
      const listening = { port, host: address, exclusive: true };
      server.listen(listening, () => server.close(() => resolve(true)));
    }
  });
}
