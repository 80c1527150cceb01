// A guest of a Xen host as a domain in libvirt's words: PVH, with nothing but Xen's own devices.
import { deviceName } from "../volume-driver.ts";
import {
  type DomainFiles,
  endElements,
  interfaceElements,
  memoryKiB,
  uuidOf,
} from "./domain-xml.ts";
import { type GuestRecord, metadataElement } from "./record.ts";
import { formatXml } from "./xml.ts";

export function xenDomainXml(record: GuestRecord, files: DomainFiles): string {
  const { disks = [] } = files;
  return formatXml({
    domain: {
      "@type": "xen",
      name: record.id,
      uuid: uuidOf(record.id),
      metadata: metadataElement(record),
      memory: { "@unit": "KiB", "#text": memoryKiB(record) },
      vcpu: record.cpus,
      os: {
        type: { "@arch": "x86_64", "@machine": "xenpvh", "#text": "xenpvh" },
        kernel: files.image,
        initrd: files.configuration,
      },
      ...endElements(record),
      devices: {
        ...(disks.length === 0
          ? {}
          : {
              disk: disks.map(({ path, readOnly }, index) => ({
                "@type": "file",
                "@device": "disk",
                // The host's kernel serves it: there is no QEMU beside the guest.
                driver: { "@name": "phy", "@type": "raw" },
                source: { "@file": path },
                target: { "@dev": xenDisk(deviceName(index)), "@bus": "xen" },
                ...(readOnly ? { readonly: {} } : {}),
              })),
            }),
        ...interfaceElements(record, {}),
        console: { "@type": "pty", target: { "@type": "xen" } },
      },
    },
  });
}

/** A device as Xen calls it, and so the guest: "xvda" for "volume0". */
export function xenDisk(device: string): string {
  return `xvd${String.fromCharCode(97 + Number(/\d+$/.exec(device)?.[0] ?? 0))}`;
}
