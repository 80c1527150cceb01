// Chooses between KVM and emulation on a libvirt host. Where the host is this machine, both are
// measured; of another one only libvirt's word is known.
import { join } from "node:path";
import { chooseAccelerator } from "../qemu/accelerator.ts";
import { findExecutable } from "../qemu/executable.ts";
import type { Connections } from "./connections.ts";
import { LibvirtError } from "./errors.ts";

export async function chooseType(
  asked: "auto" | "kvm" | "tcg",
  connections: Connections,
  machine: { readonly isThisMachine: boolean; readonly home: string },
): Promise<"kvm" | "qemu"> {
  if (asked === "tcg") return "qemu";
  const whyNot = await whyNoKvm(connections);
  if (whyNot !== null) {
    if (asked === "auto") return "qemu";
    throw new Error(`accelerator: ${whyNot}; use "auto" or "tcg"`);
  }
  if (asked === "kvm" || !machine.isThisMachine) return "kvm";
  const executable = await findExecutable();
  if (executable === undefined) return "kvm";
  const cache = join(machine.home, "cache");
  return (await chooseAccelerator("auto", executable, cache)) === "kvm" ? "kvm" : "qemu";
}

async function whyNoKvm(connections: Connections): Promise<string | null> {
  try {
    await connections.use((connection) =>
      connection.call<string>(
        "virConnectGetDomainCapabilities",
        connection.pointer,
        null,
        "x86_64",
        "pc",
        "kvm",
        0,
      ),
    );
    return null;
  } catch (error) {
    if (error instanceof LibvirtError) return error.message;
    throw error;
  }
}
