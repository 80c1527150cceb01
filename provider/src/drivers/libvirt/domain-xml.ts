// A guest as a domain in libvirt's words. Nothing secret may pass through here: whoever may look
// at a domain sees its definition.
import { createHash } from "node:crypto";
import { deviceName, type VolumeFormat } from "../volume-driver.ts";
import { METADATA_NAMESPACE } from "./domains.ts";
import { type GuestRecord, metadataElement } from "./record.ts";
import { formatXml, parseXml, textAt, type XmlElement } from "./xml.ts";

/** Paths on the host. */
export interface DomainFiles {
  readonly image: string;
  /** Arguments, environment and network; the guest finds it as its first boot module. */
  readonly configuration: string;
  readonly console: string;
  /** Receives the exit status. */
  readonly status: string;
  /** Its volumes; absent: none. */
  readonly disks?: readonly DomainDisk[];
}

export interface DomainDisk {
  readonly path: string;
  readonly format: VolumeFormat;
  readonly readOnly: boolean;
}

/** The port to which the library OS writes its exit status. With isa-debug-exit QEMU's exit code
 * would carry it, but libvirt tells nobody that code; so the byte is written to a file. */
const STATUS_PORT = "0xf4";

export function domainXml(record: GuestRecord, type: "kvm" | "qemu", files: DomainFiles): string {
  return formatXml({
    domain: {
      "@type": type,
      name: record.id,
      uuid: uuidOf(record.id),
      metadata: metadataElement(record),
      memory: { "@unit": "KiB", "#text": memoryKiB(record) },
      vcpu: record.cpus,
      os: {
        type: { "@arch": "x86_64", "@machine": "pc", "#text": "hvm" },
        kernel: files.image,
        initrd: files.configuration,
      },
      // Its power button is how a guest ends.
      features: { acpi: {} },
      cpu: { "@mode": type === "kvm" ? "host-passthrough" : "maximum" },
      ...endElements(record),
      devices: {
        ...diskElements(files.disks ?? []),
        controller: { "@type": "usb", "@model": "none" },
        ...interfaceElements(record, { user: true, model: "virtio" }),
        serial: [
          {
            // For `virsh console`, and kept for who comes later.
            "@type": "pty",
            log: { "@file": files.console, "@append": "off" },
            target: { "@type": "isa-serial", "@port": "0" },
          },
          {
            "@type": "file",
            source: { "@path": files.status },
            target: { "@type": "isa-debug", "@port": "1", model: { "@name": "isa-debugcon" } },
            address: { "@type": "isa", "@iobase": STATUS_PORT },
          },
        ],
        memballoon: { "@model": "none" },
      },
    },
  });
}

/** A guest that ends stays ended: why is what it has told. One that is to start again resets. */
export function endElements({ lifecycle }: Pick<GuestRecord, "lifecycle">): XmlElement {
  const after = (lifecycle?.restart.when ?? "no") === "no" ? "destroy" : "restart";
  return { on_poweroff: "destroy", on_reboot: after, on_crash: after };
}

type InterfaceRecord = Pick<GuestRecord, "id" | "network" | "bridge" | "interfaces">;

/** `user`: without a network it has QEMU's user mode. */
export function interfaceElements(
  { id, network, bridge, interfaces }: InterfaceRecord,
  options: { readonly user?: boolean; readonly model?: string },
): XmlElement {
  const { user = false, model } = options;
  const more = model === undefined ? {} : { model: { "@type": model } };
  if (interfaces !== undefined) {
    return {
      interface: interfaces.map((one) => ({
        "@type": "network",
        source: { "@network": one.network },
        mac: { "@address": one.mac },
        ...more,
      })),
    };
  }
  const attachment: XmlElement | undefined =
    network !== undefined
      ? { "@type": "network", source: { "@network": network } }
      : bridge !== undefined
        ? { "@type": "bridge", source: { "@bridge": bridge } }
        : user
          ? { "@type": "user" }
          : undefined;
  if (attachment === undefined) return {};
  return {
    interface: {
      ...attachment,
      mac: { "@address": macOf(id) },
      ...more,
    },
  };
}

function diskElements(disks: readonly DomainDisk[]): XmlElement {
  if (disks.length === 0) return {};
  return {
    disk: disks.map(({ path, format, readOnly }, index) => ({
      "@type": "file",
      "@device": "disk",
      // A full disk of the host is an error of the guest's; QEMU would stop the guest instead.
      driver: {
        "@name": "qemu",
        "@type": format,
        "@error_policy": "report",
        "@rerror_policy": "report",
      },
      source: { "@file": path },
      target: { "@dev": diskTarget(deviceName(index)), "@bus": "virtio" },
      ...(readOnly ? { readonly: {} } : {}),
      serial: deviceName(index),
    })),
  };
}

/** A device as libvirt calls it: "vda" for "volume0". */
export function diskTarget(device: string): string {
  return `vd${String.fromCharCode(97 + Number(/\d+$/.exec(device)?.[0] ?? 0))}`;
}

/** The user-mode network of a domain with one interface, as libvirt names it to QEMU. */
export const NETWORK = "hostnet0";

export interface DomainEssence {
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly imagePath: string;
}

/** What a definition says of what we asked for; a user may have edited it. */
export function essenceOf(definition: string): DomainEssence {
  const { domain } = parseXml(definition);
  return {
    memoryBytes: Number(textAt(domain, "memory")) * unitBytes(textAt(domain, "memory", "@unit")),
    cpus: Number(textAt(domain, "vcpu")),
    imagePath: textAt(domain, "os", "kernel") ?? "",
  };
}

/** A domain that is defined again has to be told by its UUID; so it follows from the name. */
export function uuidOf(id: string): string {
  const bytes = createHash("sha256").update(`${METADATA_NAMESPACE} ${id}`).digest();
  // Version 8: made as the application likes.
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join("-");
}

/** The same one at every start, so that DHCP gives the same address again. */
export function macOf(id: string): string {
  const hex = createHash("sha256").update(`mac ${id}`).digest("hex");
  return ["52", "54", "00", hex.slice(0, 2), hex.slice(2, 4), hex.slice(4, 6)].join(":");
}

/** libvirt counts in KiB. */
export function memoryKiB(guest: { readonly memoryBytes: number }): number {
  return Math.ceil(guest.memoryBytes / 1024);
}

function unitBytes(unit: string | undefined): number {
  return unit === "bytes" || unit === "b" ? 1 : 1024;
}
