// The provider as a resource, for programs that want to name one explicitly.
import * as pulumi from "@pulumi/pulumi";

/** The unikernel provider. It has no settings: what belongs to a machine, such as the directory of
 * the image store (`UNIKERNEL_HOME`), comes from its environment. */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, options?: pulumi.ResourceOptions) {
    super("unikernel", name, {}, options);
  }
}
