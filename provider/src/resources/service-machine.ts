// What a Service needs of this machine: drivers and images as a Guest does, HAProxy, and ports of
// the host that nobody else has.
import { createServer } from "node:net";
import type { PortForward } from "../drivers/driver.ts";
import { overlaps } from "../drivers/ports.ts";
import { type Front, type FrontPort, readServices, type ServiceRecord } from "../services/files.ts";
import { findHaproxy, MISSING_HAPROXY } from "../services/front.ts";
import { containsUnknown, type PropertyMap, unwrapMap } from "../values.ts";
import { driverAndImage, machine as realMachine } from "./guest-machine.ts";
import type { CheckFailure } from "./resource.ts";
import { knownFrontPorts } from "./service-inputs.ts";
import type { ServiceMachine } from "./service-parts.ts";

export async function serviceMachineFailures(
  machine: ServiceMachine,
  owner: string,
  inputs: PropertyMap,
): Promise<CheckFailure[]> {
  if ((await findHaproxy()) === undefined) return [{ property: "ports", reason: MISSING_HAPROXY }];
  const plain = unwrapMap(inputs);
  if (containsUnknown(plain.driver ?? null)) return [];
  const found = await driverAndImage(machine, plain);
  if ("reason" in found) return [found];
  const { driver } = found;
  if (containsUnknown(plain.ports ?? null)) return [];
  const services = await readServices(await machine.home());
  const failures: CheckFailure[] = [];
  for (const [index, port] of knownFrontPorts(plain.ports).entries()) {
    const reason = await portProblem(services, owner, port, async (forward) => {
      const [found] = await driver.portProblems(owner, [forward]);
      return found?.reason ?? null;
    });
    if (reason !== null) failures.push({ property: `ports[${index}].host`, reason });
  }
  return failures;
}

async function portProblem(
  services: readonly ServiceRecord[],
  owner: string,
  port: FrontPort,
  whyUnavailable: (forward: PortForward) => Promise<string | null>,
): Promise<string | null> {
  if (port.host === 0) return null;
  const forward = forwardOf(port);
  const holder = services.find(({ front }) =>
    front.ports.some((each) => overlaps(forwardOf(each), forward)),
  );
  if (holder === undefined) return whyUnavailable(forward);
  if (holder.owner === owner) return null;
  return `tcp port ${port.host} of ${port.address} is in use by the service ${holder.id} (${holder.owner}); choose another port or remove that service`;
}

function forwardOf({ host, guest, address }: FrontPort): PortForward {
  return { host, guest, address, protocol: "tcp" };
}

/** The front with ports instead of 0: those it had, or free ones. */
export async function resolveFront(wanted: Front, had: Front): Promise<Front> {
  const ports: FrontPort[] = [];
  for (const [index, port] of wanted.ports.entries()) {
    const before = had.ports[index];
    const isSame = before?.guest === port.guest && before.address === port.address;
    const host = isSame ? before.host : 0;
    ports.push({ ...port, host: port.host || host || (await freePort(port.address)) });
  }
  return { ...wanted, ports };
}

function freePort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port: 0, host: address, exclusive: true }, () => {
      const found = server.address();
      server.close(() => resolve(typeof found === "object" ? (found?.port ?? 0) : 0));
    });
  });
}

const load = () => import("@pulumi-unikernel/toolchain");
const rootOf = (directory: string, revision: number) =>
  `revision ${revision} of the service ${directory}`;

/** The real one; the toolchain is loaded at first use. */
export const realServiceMachine: ServiceMachine = {
  ...realMachine,
  home: async () => (await load()).homeDirectory(),
  revisionImages: {
    async keep(directory, revision, digest) {
      const { keepImage, openStore } = await load();
      const owner = rootOf(directory, revision);
      await keepImage(openStore(), { digest, owner, while: directory });
    },
    async release(directory, revision) {
      const { openStore, releaseImage } = await load();
      releaseImage(openStore(), rootOf(directory, revision));
    },
  },
};
