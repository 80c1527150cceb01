// What a libvirt URI says of a host: whether it is this machine, and where files can be kept there.
import { join } from "node:path";
import type { Pool } from "./volumes.ts";

export interface HostUri {
  readonly hypervisor: "qemu" | "xen";
  /** The machine, "" for this one. */
  readonly host: string;
  /** Whether libvirt there serves the machine or one user. */
  readonly scope: "system" | "session";
}

const DISK = "unikernel";
const MEMORY = "unikernel-memory";
const CONSOLE = "unikernel-console";
const URI =
  /^([a-z]+)(?:\+[a-z0-9]+)?:\/\/(?:[^@/?]*@)?(\[[^\]]*\]|[^:/?]*)(?::\d+)?\/(system|session)(?:\?.*)?$/;

/** Undefined when it is no URI that the driver can use. */
export function parseHostUri(uri: string): HostUri | undefined {
  const [, hypervisor = "", host = "", scope] = URI.exec(uri) ?? [];
  if (hypervisor === "xen" && scope === "system") return { hypervisor, host, scope };
  if (hypervisor !== "qemu") return undefined;
  return { hypervisor, host, scope: scope === "session" ? "session" : "system" };
}

/** The machine's name, where it is another one. */
export function machineOf(uri: HostUri): string | undefined {
  const name = uri.host.replace(/^\[|\]$/g, "");
  const isThis = name === "" || name === "localhost" || name === "::1" || name.startsWith("127.");
  return isThis ? undefined : name;
}

/** The URI with which libvirt is asked: ssh must not ask for a password on Pulumi's terminal. */
export function quietUri(uri: string): string {
  if (!/^[a-z]+\+ssh:/.test(uri) || /[?&]no_tty=/.test(uri)) return uri;
  return `${uri}${uri.includes("?") ? "&" : "?"}no_tty=1`;
}

export interface HostPools {
  /** Images and consoles. */
  readonly disk: Pool;
  /** Configurations, which may be secret: in memory, gone when the host stops. */
  readonly memory: Pool;
  /** Where the host itself keeps consoles, by the guests' names; absent where we say it. */
  readonly console?: Pool;
}

/** The pools on a host. Somebody who wants them elsewhere defines pools of these names. */
export function poolsOf(
  uri: HostUri,
  directories: { readonly home: string; readonly runtime: string | undefined },
): HostPools {
  const { home, runtime } = directories;
  if (uri.scope === "session" && machineOf(uri) !== undefined) {
    // Where a user's files are on another machine is not for us to guess.
    return { disk: { name: DISK }, memory: { name: MEMORY } };
  }
  const [disk, memory] =
    uri.scope === "system"
      ? ["/var/lib/libvirt/unikernel", "/run/libvirt/unikernel"]
      : [join(home, "libvirt"), join(runtime ?? join(home, "libvirt-run"), "libvirt/unikernel")];
  return {
    disk: { name: DISK, directory: disk },
    memory: { name: MEMORY, directory: memory },
    // There xenconsoled writes.
    ...(uri.hypervisor === "xen"
      ? { console: { name: CONSOLE, directory: "/var/log/xen/console" } }
      : {}),
  };
}
