// Where a pinned source comes from, as package URLs and download locations.
import purl from "packageurl-js";
import type { Origin } from "../libraries/types.ts";

/** Namespace of our own packages. */
export const ownNamespace = "pulumi-unikernel";

export interface Download {
  readonly purl: string;
  /** Where upstream publishes it; a distribution's archive has no address that lasts. */
  readonly url?: string;
}

export function ownPurl(name: string, version: string): string {
  return new purl.PackageURL("generic", ownNamespace, name, version, null, null).toString();
}

/** One origin of the release `name` `version`. */
export function describeDownload(name: string, version: string, origin: Origin): Download {
  if ("debian" in origin) {
    const { package: source, version: packaged, suite } = origin.debian;
    const qualifiers = { arch: "source", distro: suite };
    return {
      purl: new purl.PackageURL("deb", "debian", source, packaged, qualifiers, null).toString(),
    };
  }
  if ("pypi" in origin) {
    const { package: project, version: released } = origin.pypi;
    return {
      purl: new purl.PackageURL("pypi", null, project, released, null, null).toString(),
    };
  }
  if ("npm" in origin) {
    const { package: full, version: released } = origin.npm;
    const [, scope = null, project = full] = /^(@[^/]+)\/(.+)$/.exec(full) ?? [];
    return {
      purl: new purl.PackageURL("npm", scope, project, released, null, null).toString(),
    };
  }
  const qualifiers = { download_url: origin.url };
  return {
    purl: new purl.PackageURL("generic", null, name, version, qualifiers, null).toString(),
    url: origin.url,
  };
}

/** The pinned tree is called like the library that pins it; upstream has no "-headers". */
export function upstreamName(sourceName: string): string {
  return sourceName.replace(/-headers$/, "");
}
