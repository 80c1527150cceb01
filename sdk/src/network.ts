// The resource `unikernel:index:Network`.
import * as pulumi from "@pulumi/pulumi";
import { isResourceOfType, properties } from "./properties.ts";
import type { GuestDriverArgs } from "./types.ts";

const TYPE = "unikernel:index:Network";

export interface NetworkArgs {
  /** The network's addresses, e.g. "10.7.0.0/24": private ones, from /16 to /29. Others replace the
   * network. */
  readonly cidr: pulumi.Input<string>;
  /** Whose guests can be in it: those of "qemu" (the default) and "sandbox" meet in the same
   * networks; or a libvirt host, of which it is then one of its networks. Another host replaces
   * it. */
  readonly driver?: pulumi.Input<"qemu" | "sandbox" | "libvirt" | GuestDriverArgs> | undefined;
  /** Only on a libvirt host: whether the network has no way out. Otherwise its guests reach what
   * their host reaches. Another choice replaces the network. */
  readonly isolated?: pulumi.Input<boolean> | undefined;
}

/**
 * A network in which guests reach each other by name, and nobody else reaches them. It needs no
 * privileges, and answers DHCP and DNS.
 *
 * ```ts
 * const backend = new unikernel.Network("backend", { cidr: "10.7.0.0/24" });
 * const db = new unikernel.Guest("db", { image: database, networks: [backend] });
 * const web = new unikernel.Guest("web", {
 *   image,
 *   networks: [backend],
 *   ports: [{ host: 8080, guest: 80 }],
 *   env: { DB: "db:5432" },
 * });
 * ```
 */
export class Network extends pulumi.CustomResource {
  declare readonly cidr: pulumi.Output<string>;
  declare readonly driver: pulumi.Output<string | pulumi.Unwrap<GuestDriverArgs>>;
  declare readonly isolated: pulumi.Output<boolean | undefined>;
  /** The address, inside of the network, of its DHCP and name server. */
  declare readonly nameServer: pulumi.Output<string>;
  /** Whether its switch runs; one that has died is started again by the next `up`. */
  declare readonly running: pulumi.Output<boolean>;

  constructor(name: string, args: NetworkArgs, options?: pulumi.CustomResourceOptions) {
    super(TYPE, name, properties(OUTPUTS, { ...args }, options), options ?? {});
  }

  /** A network that exists, by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): Network {
    return new Network(name, {} as NetworkArgs, { ...options, id });
  }

  /** Whether a value is a Network, also when another copy of this package made it. */
  static override isInstance(value: unknown): value is Network {
    return isResourceOfType(value, TYPE);
  }
}

const OUTPUTS = [
  "cidr",
  "driver",
  "isolated",
  "nameServer",
  "running",
] as const satisfies readonly (keyof Network)[];
