// The gateway (toolchain/gateway/), which brings a sandboxed guest's frames into the host's network
// without privileges. Each guest has one of its own, so the guest's address is always the same; it
// listens at an address of the loopback network that no other guest has, and the tender forwards
// the host's ports to it.
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** The guest's address and those who serve it. */
export const gatewayNetwork = {
  guest: "10.0.2.15",
  prefixBits: 24,
  gateway: "10.0.2.2",
  dns: "10.0.2.3",
} as const;

/** A guest's port, and where the gateway listens for it. */
export interface GatewayPort {
  readonly protocol: "tcp" | "udp";
  readonly guest: number;
  readonly address: string;
  readonly port: number;
}

/** The tender's network helper: it gets its end of the guest's socket as descriptor 3. */
export function gatewayCommand(gateway: string, ports: readonly GatewayPort[]): string[] {
  return [
    gateway,
    ...ports.flatMap(({ protocol, address, port, guest }) => [
      `--${protocol}`,
      `${address}:${port}:${guest}`,
    ]),
  ];
}

const ATTEMPTS = 20;

/** An address and ports for a gateway. They are tried before; that somebody takes one of these in
 * between is all but impossible. */
export async function chooseGatewayPorts(
  wanted: readonly Pick<GatewayPort, "protocol" | "guest">[],
): Promise<GatewayPort[]> {
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

function isFree({ protocol, address, port }: GatewayPort): Promise<boolean> {
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
