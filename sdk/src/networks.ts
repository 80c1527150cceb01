// A Network in the inputs of a Guest stands for its id.
import * as pulumi from "@pulumi/pulumi";
import { Network } from "./network.ts";
import type { GuestNetworkArgs } from "./types.ts";

/** What a Guest's `networks` takes: a Network or a network's id, alone or with what the guest is
 * called there. */
export type JoinedNetwork =
  | Network
  | pulumi.Input<string>
  | (Omit<GuestNetworkArgs, "network"> & { readonly network: Network | pulumi.Input<string> });

export function networksOf(
  networks: pulumi.Input<readonly JoinedNetwork[]> | undefined,
): pulumi.Input<pulumi.Input<GuestNetworkArgs>[]> | undefined {
  if (networks === undefined) return undefined;
  if (Array.isArray(networks)) return networks.map(joined);
  return pulumi.output(networks as pulumi.Output<readonly JoinedNetwork[]>).apply((known) =>
    // Inside of an output a resource is as it was.
    (known as unknown as readonly JoinedNetwork[]).map(joined),
  ) as pulumi.Output<pulumi.Input<GuestNetworkArgs>[]>;
}

function joined(network: JoinedNetwork): GuestNetworkArgs {
  if (Network.isInstance(network)) return { network: network.id };
  if (typeof network === "object" && "network" in network && !pulumi.Output.isInstance(network)) {
    const { network: net } = network;
    return { ...network, network: Network.isInstance(net) ? net.id : net };
  }
  return { network: network as pulumi.Input<string> };
}
