import { expect, test } from "vitest";
import { domainXml, uuidOf } from "./domain-xml.ts";
import { editsOf } from "./edits.ts";
import type { GuestRecord } from "./record.ts";

const digest = `sha256:${"0f".repeat(32)}`;
const port = { host: 8080, guest: 80, protocol: "tcp", address: "127.0.0.1" } as const;
const record: GuestRecord = {
  format: 1,
  id: "web",
  owner: "urn",
  progress: "kept",
  digest,
  imagePath: `/pool/sha256-${"0f".repeat(32)}.image`,
  memoryBytes: 33_554_432,
  cpus: 1,
  ports: [port, { ...port, host: 8081 }],
  // The second was taken over by a successor.
  forwards: [port, null],
  accelerator: "tcg",
  startedAtMs: 1,
};
const files = {
  image: record.imagePath,
  configuration: "/run/web.configuration",
  console: "/pool/web.console",
  status: "/pool/web.status",
};
const definition = domainXml(record, "qemu", files);

test("a guest as it was made has no edits", () => {
  expect(editsOf(record, definition, [port])).toEqual({});
});

test("memory is compared as libvirt counts it", () => {
  const odd = { ...record, memoryBytes: 33_554_433 };
  expect(editsOf(odd, domainXml(odd, "qemu", files), [port])).toEqual({});
});

test.each<[string, (definition: string) => string, object]>([
  ["memory", (xml) => xml.replace("32768", "65536"), { memoryBytes: 67_108_864 }],
  ["processors", (xml) => xml.replace("<vcpu>1", "<vcpu>2"), { cpus: 2 }],
  [
    "another image of ours",
    (xml) => xml.replace(/(<kernel>.*sha256-)0f/, "$11f"),
    { digest: digest.replace("0f0f", "1f0f") },
  ],
  [
    "somebody's own kernel",
    (xml) => xml.replace(/<kernel>.*<\/kernel>/, "<kernel>/boot/vmlinuz</kernel>"),
    { digest: "/boot/vmlinuz" },
  ],
])("an edit of %s is told", (_what, edit, edits) => {
  expect(edit(definition)).not.toBe(definition);
  const image = editsOf(record, edit(definition), [port]);
  expect(image).toEqual(edits);
});

test("a forward that is gone is told", () => {
  expect(editsOf(record, definition, [])).toEqual({ ports: [] });
  expect(editsOf(record, definition, [{ ...port, guest: 81 }])).toEqual({ ports: [] });
});

test("a domain's UUID follows from its name", () => {
  expect(uuidOf("web")).toBe(uuidOf("web"));
  expect(uuidOf("web")).not.toBe(uuidOf("web2"));
  expect(uuidOf("web")).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});
