// The provider as a resource, for programs that want to name one explicitly.
import * as pulumi from "@pulumi/pulumi";
import type { GuestDriverArgs } from "./types.ts";

export interface ProviderArgs {
  /** The driver of guests and volumes that name none; the default is "qemu". Another one replaces
   * them. */
  readonly driver?: pulumi.Input<"qemu" | "libvirt" | "sandbox" | GuestDriverArgs> | undefined;
  /** The accelerator of virtual machines that name none: "auto" (the default), "kvm" or "tcg". */
  readonly accelerator?: pulumi.Input<"auto" | "kvm" | "tcg"> | undefined;
  /** The directory that holds images and compiled objects; the default is $UNIKERNEL_STORE, or
   * store/ in $UNIKERNEL_HOME. */
  readonly store?: pulumi.Input<string> | undefined;
  /** How many compilers run at a time; the default is the number of processors. */
  readonly parallelism?: pulumi.Input<number> | undefined;
}

/** The unikernel provider with settings of its own; without one, a stack's configuration counts
 * (`pulumi config set unikernel:driver sandbox`). What a resource says itself wins. */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: ProviderArgs = {}, options?: pulumi.ResourceOptions) {
    super("unikernel", name, settingsOf(args), options);
  }
}

/** The engine hands a provider strings alone, and what is more as JSON. */
function settingsOf({ driver, accelerator, store, parallelism }: ProviderArgs): pulumi.Inputs {
  const json = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return {
    driver: pulumi.output(driver).apply((value) => (value === undefined ? undefined : json(value))),
    accelerator,
    store,
    parallelism: pulumi
      .output(parallelism)
      .apply((value) => (value === undefined ? undefined : json(value))),
  };
}
