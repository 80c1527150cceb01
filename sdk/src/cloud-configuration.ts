// Environment and arguments of a guest on a cloud's instance, in the bytes that the library OS
// reads (uk_boot_config in toolchain/lib/plat/include/uk/plat.h). They reach it as the instance's
// metadata, so that the machine image is the same in every environment.
import * as pulumi from "@pulumi/pulumi";

export interface CloudConfigurationArgs {
  readonly env?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  readonly args?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
}

/** As base64; undefined: there is nothing to tell. A secret in it makes all of it one. */
export function cloudConfiguration(
  { env, args }: CloudConfigurationArgs,
  limitBytes: number,
): pulumi.Output<string> | undefined {
  if (env === undefined && args === undefined) return undefined;
  return pulumi
    .all([env ?? {}, args ?? []])
    .apply(([variables, list]) => encode(variables, list, limitBytes).toString("base64"));
}

export function encode(
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  limitBytes: number,
): Buffer {
  const entries = ["unikernel-config/1", ...args.map((argument) => `arg:${argument}`)];
  // Sorted, so that the order in which a program mentions them changes nothing.
  for (const name of Object.keys(env).sort()) {
    if (name === "" || name.includes("=")) {
      throw new Error(`env: "${name}" cannot be the name of an environment variable`);
    }
    entries.push(`env:${name}=${env[name]}`);
  }
  if (entries.some((entry) => entry.includes("\0"))) {
    throw new Error("env and args must not contain a NUL character");
  }
  const bytes = Buffer.from(entries.map((entry) => `${entry}\0`).join(""));
  if (bytes.length > limitBytes) {
    throw new Error(
      `env and args have ${bytes.length} bytes, and an instance's metadata here ${limitBytes} at most`,
    );
  }
  return bytes;
}
