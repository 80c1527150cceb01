// XML as plain objects: "@name" for attributes, "#text" for text, a list for repeated elements.
import { XMLBuilder, XMLParser } from "fast-xml-parser";

export interface XmlElement {
  readonly [name: string]: XmlNode | undefined;
}
export type XmlNode = string | number | XmlElement | readonly XmlElement[];

const FORM = { ignoreAttributes: false, attributeNamePrefix: "@", textNodeName: "#text" } as const;
const builder = new XMLBuilder({ ...FORM, format: true, suppressEmptyNode: true });
const parser = new XMLParser({
  ...FORM,
  // Numbers and whitespace are for who asks for them.
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
});

export function formatXml(document: XmlElement): string {
  return builder.build(document);
}

export function parseXml(text: string): XmlElement {
  return parser.parse(text) as XmlElement;
}

/** What is found at a path of element and attribute names, the first of repeated ones. */
export function at(node: XmlNode | undefined, ...path: readonly string[]): XmlNode | undefined {
  let found = node;
  for (const name of path) {
    const one: XmlNode | undefined = Array.isArray(found) ? found[0] : found;
    if (typeof one !== "object") return undefined;
    found = (one as XmlElement)[name];
  }
  return Array.isArray(found) ? found[0] : found;
}

/** The text of an element or attribute at a path; "" for one without. */
export function textAt(node: XmlNode | undefined, ...path: readonly string[]): string | undefined {
  const found = at(node, ...path);
  if (found === undefined) return undefined;
  return typeof found === "object" ? String(at(found, "#text") ?? "") : String(found);
}

/** All elements at a path; of those on the way the first ones. */
export function all(node: XmlNode | undefined, ...path: readonly string[]): XmlNode[] {
  const parent = at(node, ...path.slice(0, -1));
  const found = typeof parent === "object" ? (parent as XmlElement)[path.at(-1) ?? ""] : undefined;
  if (found === undefined) return [];
  return Array.isArray(found) ? [...found] : [found];
}
