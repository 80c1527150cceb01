// The bill of materials as the SBOM states it, with the bytes that each component takes.
import { sumSizes } from "../compare.ts";
import { count, shortBytes } from "../format.ts";
import { type Html, html } from "../html.ts";
import { applicationName, runtimeName } from "../origins.ts";
import type { Piece } from "../pieces.ts";
import type { NamedImage, Report } from "./report.ts";
import { hash, number, part, row, table } from "./table.ts";

/** What of CycloneDX is shown. */
interface Component {
  readonly "bom-ref": string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly content: string }[];
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string };
    readonly expression?: string;
  }[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
  readonly externalReferences?: readonly { readonly url: string }[];
}

export function contentsView({ image, sbom }: Report): Html {
  const { components } = JSON.parse(sbom) as { readonly components: readonly Component[] };
  const licences = new Map<string, number>();
  for (const each of components) {
    const licence = licenceOf(each);
    if (licence) licences.set(licence, (licences.get(licence) ?? 0) + 1);
  }
  const sorted = [...components].sort(
    (left, right) => rank(left) - rank(right) || (left.name < right.name ? -1 : 1),
  );
  return part(
    "contents",
    "Bill of materials",
    html`${count(components.length, "component")} under ${count(licences.size, "licence")}. ${[
      ...licences,
    ]
      .sort(([, left], [, right]) => right - left)
      .map(([licence, times]) => html`<span class="tag">${licence} <b>${times}</b></span> `)}`,
    html`<p><button type="button" class="download" data-block="sbom-json" data-name="sbom.cdx.json" hidden>Save as CycloneDX</button></p>`,
    table(
      "Components of this image",
      [
        { name: "Component" },
        { name: "Kind" },
        { name: "Version" },
        { name: "Licence" },
        { name: "In the file", numeric: true },
        { name: "SHA-256" },
        { name: "Origin" },
      ],
      sorted.map((component) => {
        const bytes = sumSizes(piecesOf(component, image)).fileBytes;
        return row(
          html`<code>${component.name}</code>${component.description && html`<p class="help">${component.description}</p>`}`,
          kindText(component),
          component["bom-ref"] === "application" ? "" : component.version,
          licenceOf(component) ?? "",
          number(bytes > 0 ? shortBytes(bytes) : "–"),
          component.hashes?.[0] ? hash(component.hashes[0].content) : "",
          originText(component),
        );
      }),
    ),
  );
}

const kinds = ["application", "library", "source", "compiler-runtime"] as const;

function kindOf(component: Component): string {
  return component["bom-ref"].replace(/:.*/, "");
}

function rank(component: Component): number {
  return kinds.indexOf(kindOf(component) as (typeof kinds)[number]);
}

function kindText(component: Component): string {
  const names: Readonly<Record<string, string>> = {
    application: "application",
    library: "library",
    source: "third-party source",
    "compiler-runtime": "compiler's runtime",
  };
  return names[kindOf(component)] ?? component.type;
}

function licenceOf({ licenses }: Component): string | undefined {
  return licenses?.[0]?.expression ?? licenses?.[0]?.license?.id;
}

function originText(component: Component): Html | string {
  const edited = component.properties?.find(({ name }) => name === "unikernel:edited")?.value;
  const url = component.externalReferences
    ?.map((reference) => reference.url)
    .find((each) => each.startsWith("https://"));
  const place = url ?? component.purl;
  return html`${place && html`<span class="place">${place}</span>`}${edited && html`<p class="help">changed by us: ${edited}</p>`}`;
}

function piecesOf(component: Component, { pieces, record }: NamedImage): Piece[] {
  const kind = kindOf(component);
  const name = component["bom-ref"].slice(kind.length + 1);
  if (kind === "application") return pieces.filter((piece) => piece.library === applicationName);
  if (kind === "compiler-runtime") return pieces.filter((piece) => piece.library === runtimeName);
  if (kind === "library") return pieces.filter((piece) => piece.library === name);
  const users = record.libraries.filter((library) => library.sourceOf === name);
  return pieces.filter(
    (piece) =>
      piece.origin === "third-party" && users.some((library) => library.name === piece.library),
  );
}
