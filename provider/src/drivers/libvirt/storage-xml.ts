// Storage pools and volumes in libvirt's words.
import type { VolumeFormat } from "../volume-driver.ts";
import type { Pool } from "./volumes.ts";
import { formatXml, parseXml, textAt } from "./xml.ts";

/** A pool that is a directory. Others may pass through it, as the user does under whom the host
 * runs QEMU, but not list it. */
export function poolXml(pool: Required<Pool>): string {
  return formatXml({
    pool: {
      "@type": "dir",
      name: pool.name,
      target: { path: pool.directory, permissions: { mode: "0711" } },
    },
  });
}

/** A file without any bytes yet. */
export function volumeXml(name: string, mode: "0600" | "0644"): string {
  return formatXml({
    volume: {
      name,
      capacity: { "@unit": "bytes", "#text": 0 },
      target: { format: { "@type": "raw" }, permissions: { mode } },
    },
  });
}

/** A disk, of which nothing is allocated yet. */
export function diskXml(name: string, format: VolumeFormat, sizeBytes: number): string {
  return formatXml({
    volume: {
      name,
      capacity: { "@unit": "bytes", "#text": sizeBytes },
      allocation: { "@unit": "bytes", "#text": 0 },
      target: { format: { "@type": format }, permissions: { mode: "0600" } },
    },
  });
}

/** What the host takes a volume for. */
export function formatIn(description: string): string | undefined {
  return textAt(parseXml(description), "volume", "target", "format", "@type");
}

/** Where a pool's volumes are, as the host describes it. */
export function directoryIn(description: string): string {
  const directory = textAt(parseXml(description), "pool", "target", "path");
  if (directory === undefined) throw new Error("the storage pool is no directory");
  return directory;
}
