// The shapes of inputs and outputs that are not plain values.
import type * as pulumi from "@pulumi/pulumi";

/** A library in an image. */
export interface LinkedLibrary {
  readonly name: string;
  readonly version: string;
  /** Why it is in the image, e.g. "declared" or "selected by virtio-net, which lwip selects". */
  readonly reason: string;
}

/** What built an image: the versions that tell why two digests differ. */
export interface Toolchain {
  /** Version of the unikernel toolchain. */
  readonly version: string;
  /** The compiler and its version. */
  readonly compiler: string;
}

/** The value of a Kconfig symbol. */
export type OptionValue = boolean | number | string;

/** A driver and what it has to know. */
export interface GuestDriverArgs {
  /** "qemu" or "libvirt". */
  readonly name: pulumi.Input<"qemu" | "libvirt">;
  /** Only for "libvirt": where it is, e.g. "qemu:///system" (the default),
   * "qemu+ssh://user@host/system" or "xen:///system". */
  readonly uri?: pulumi.Input<string> | undefined;
  /** Only for "libvirt": one of its networks, in which the guest gets an address of its own by
   * DHCP; without it QEMU's user mode, or nothing on Xen. */
  readonly network?: pulumi.Input<string> | undefined;
  /** Only for "libvirt": a bridge of the host that the guest is in, with an address of its own. */
  readonly bridge?: pulumi.Input<string> | undefined;
  /** Only with `bridge`: the guest's address there, e.g. "192.168.1.50/24". Without it the guest
   * asks by DHCP, and no ports can be said. Its guest is stopped before its successor starts. */
  readonly address?: pulumi.Input<string> | undefined;
  /** Only with `address`: the way out; the network's first address by default. */
  readonly gateway?: pulumi.Input<string> | undefined;
  /** Only with `address`: who tells names; the gateway by default. */
  readonly nameServer?: pulumi.Input<string> | undefined;
}

/** A port of the host that leads to a port of the guest. */
export interface GuestPortArgs {
  /** The guest's port. */
  readonly guest: pulumi.Input<number>;
  /** The host's port; without it a free one is chosen. */
  readonly host?: pulumi.Input<number> | undefined;
  /** "tcp" (the default) or "udp". */
  readonly protocol?: pulumi.Input<"tcp" | "udp"> | undefined;
  /** The host's address to listen on; the default is "127.0.0.1". */
  readonly address?: pulumi.Input<string> | undefined;
}

/** A port that is really forwarded. */
export interface ForwardedPort {
  readonly guest: number;
  readonly host: number;
  readonly protocol: string;
  readonly address: string;
}

/** A guest's place in a network. */
export interface GuestNetworkArgs {
  /** The network's id. */
  readonly network: pulumi.Input<string>;
  /** What others there call the guest; the default is the resource's name. */
  readonly name?: pulumi.Input<string> | undefined;
  /** The guest's address there; without one, a free one is chosen. A guest with one is stopped
   * before its successor starts. */
  readonly address?: pulumi.Input<string> | undefined;
}

/** A volume of a guest. */
export interface GuestVolumeArgs {
  /** The volume's id. */
  readonly volume: pulumi.Input<string>;
  /** Where its files are in the guest, e.g. "/data". */
  readonly path: pulumi.Input<string>;
  /** Whether the guest may only read (false). */
  readonly readOnly?: pulumi.Input<boolean> | undefined;
  /** The volume's size, given so that a guest starts again when its volume has grown. */
  readonly sizeBytes?: pulumi.Input<number> | undefined;
}

/** How to find out whether a guest works: one of `http`, `tcp` and `console`. */
export interface HealthCheckArgs {
  /** A path that must answer with a status from 200 to 399, e.g. "/healthz". */
  readonly http?: pulumi.Input<string> | undefined;
  /** A port of the guest that must accept connections. */
  readonly tcp?: pulumi.Input<number> | undefined;
  /** A text that must appear on the console. */
  readonly console?: pulumi.Input<string> | undefined;
  /** The guest's port that `http` asks; the default is the first TCP one of `ports`. */
  readonly port?: pulumi.Input<number> | undefined;
  /** Longest time between two attempts, e.g. "1s" (the default). The first ones follow each other
   * within milliseconds. */
  readonly interval?: pulumi.Input<string> | undefined;
  /** Longest time for one attempt, e.g. "5s" (the default). */
  readonly timeout?: pulumi.Input<string> | undefined;
  /** After as many intervals without success the guest has failed (30). */
  readonly retries?: pulumi.Input<number> | undefined;
}

/** When a guest that has ended is started again. */
export interface RestartPolicyArgs {
  /** "on-failure" (an exit status other than 0, a crash, a signal), "always" or "no"; never after
   * it was asked to end. */
  readonly policy: pulumi.Input<"no" | "on-failure" | "always">;
  /** As many restarts in a row, and it is given up; a guest that has run for a minute begins anew.
   * The default is no limit. */
  readonly maxRetries?: pulumi.Input<number> | undefined;
  /** Pause before the first restart, "1s" by default; doubled for each further one, up to "60s". */
  readonly backoff?: pulumi.Input<string> | undefined;
}
