import { expect, test } from "vitest";
import { formatRecord, type GuestRecord, parseRecord } from "./record.ts";
import { formatXml, parseXml } from "./xml.ts";

const record: GuestRecord = {
  format: 1,
  id: "web",
  owner: 'urn:a<b>&"c"\' ü \u0001 ]]> of /program',
  progress: "creating",
  digest: "sha256:0",
  imagePath: "/pool/image",
  memoryBytes: 1,
  cpus: 1,
  ports: [{ host: 0, guest: 80, protocol: "tcp", address: "127.0.0.1" }],
  forwards: [null],
  accelerator: "auto",
  startedAtMs: 1,
};

test("comes back as it was, whatever an owner is called", () => {
  expect(parseRecord(formatRecord(record), "web")).toEqual(record);
});

test("keeps the network, where there is one", () => {
  const networked = { ...record, network: "apps" };
  expect(parseRecord(formatRecord(networked), "web")).toEqual(networked);
  expect(parseRecord(formatRecord({ ...record, network: 1 as never }), "web")).toBeUndefined();
});

test("comes back as libvirt gives it, in our namespace", () => {
  const text = formatRecord(record).replace("<guest>", '<guest xmlns="urn:ours">\n  ');
  expect(parseRecord(text, "web")).toEqual(record);
});

test("a definition holds text that XML has to escape", () => {
  const document = { a: { "@b": '<&>"', "#text": "<&>" } };
  expect(parseXml(formatXml(document))).toEqual(document);
});

test.each<[string, string | undefined]>([
  ["of a domain that is none of ours", undefined],
  ["of another guest", formatRecord({ ...record, id: "other" })],
  ["that is no JSON", "<guest>x</guest>"],
  ["that is no XML", "<"],
  ["with a strange port", formatRecord({ ...record, forwards: [{ host: "x" }] as never })],
])("a record %s counts as none", (_what, text) => {
  expect(parseRecord(text, "web")).toBeUndefined();
});
