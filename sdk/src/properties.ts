// What every resource class needs towards the engine.
import * as pulumi from "@pulumi/pulumi";

/** The inputs of a resource that is made, and none of one that is only looked up; every output is
 * named, because Pulumi hands over only those outputs that it has seen here. */
export function properties(
  outputs: readonly string[],
  inputs: pulumi.Inputs,
  options: pulumi.CustomResourceOptions | undefined,
): pulumi.Inputs {
  const named: pulumi.Inputs = Object.fromEntries(outputs.map((name) => [name, undefined]));
  return options?.id === undefined ? { ...named, ...inputs } : named;
}

/** Whether a value is a resource of this type, also when another copy of this package made it. */
export function isResourceOfType(value: unknown, type: string): boolean {
  return (
    pulumi.Resource.isInstance(value) &&
    (value as { readonly __pulumiType?: unknown }).__pulumiType === type
  );
}
