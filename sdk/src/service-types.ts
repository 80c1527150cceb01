// The shapes of a Service's inputs and outputs that are not plain values.
import type * as pulumi from "@pulumi/pulumi";

/** A port of the host at which a service answers. */
export interface ServicePortArgs {
  /** The port of the replicas. */
  readonly guest: pulumi.Input<number>;
  /** The host's port; without it a free one is chosen. */
  readonly host?: pulumi.Input<number> | undefined;
  /** "http" (the default): requests are spread one by one, and safe ones that a dying replica did
   * not answer are asked again. "tcp": connections are spread. */
  readonly protocol?: pulumi.Input<"http" | "tcp"> | undefined;
  /** The host's address to listen on; the default is "127.0.0.1". */
  readonly address?: pulumi.Input<string> | undefined;
}

/** A port at which a service really answers. */
export interface OpenPort {
  readonly guest: number;
  readonly host: number;
  readonly protocol: string;
  readonly address: string;
}

/** How replicas are replaced. */
export interface RolloutArgs {
  /** "rolling" (the default): some at a time. "blueGreen": all new ones beside the old, then all
   * requests at once. */
  readonly strategy?: pulumi.Input<"rolling" | "blueGreen"> | undefined;
  /** How many fewer replicas may serve meanwhile: a number or a share such as "25%"; 0. */
  readonly maxUnavailable?: pulumi.Input<number | string> | undefined;
  /** How many more may exist meanwhile: a number or a share; "25%". */
  readonly maxSurge?: pulumi.Input<number | string> | undefined;
  /** How long a new replica must go on running before it gets requests; 0. */
  readonly minReadySeconds?: pulumi.Input<number> | undefined;
  /** How long a new replica may take until it is ready; "5m". */
  readonly deadline?: pulumi.Input<string> | undefined;
  /** How long requests of a replica that leaves may take to finish; "30s". */
  readonly drainTimeout?: pulumi.Input<string> | undefined;
  /** "rollback" (the default): replaced replicas return to the revision of before. "pause": all
   * stays as it is then. */
  readonly onFailure?: pulumi.Input<"rollback" | "pause"> | undefined;
}

/** A replica as it is. */
export interface ServiceInstance {
  /** Of its guest, as `unikernel ps` lists it. */
  readonly id: string;
  /** The digest of its image. */
  readonly digest: string;
  /** The revision that it is of. */
  readonly revision: number;
  /** The host's port that leads to it alone. */
  readonly port: number;
  /** Whether it runs, is healthy and gets requests. */
  readonly ready: boolean;
}

/** What was rolled out once. */
export interface ServiceRevision {
  /** Its number, from 1 on. */
  readonly revision: number;
  /** When it was first rolled out. */
  readonly at: string;
  readonly image: string;
  readonly driver: string;
  readonly memory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly accelerator: string;
}
