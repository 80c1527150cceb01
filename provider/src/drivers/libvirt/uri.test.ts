import { expect, test } from "vitest";
import { machineOf, parseHostUri, poolsOf, quietUri } from "./uri.ts";

test.each([
  ["qemu:///system", "", "system"],
  ["qemu:///session", "", "session"],
  ["qemu+unix:///system?socket=/a b", "", "system"],
  ["qemu+ssh://user@host.example:2222/system?keyfile=/home/user/.ssh/id", "host.example", "system"],
  ["qemu+tls://[fd00::1]:16514/session", "[fd00::1]", "session"],
  ["xen:///system", "", "system"],
  ["xen+unix:///system?socket=/x", "", "system"],
  ["xen+tcp://127.0.0.1:16509/system", "127.0.0.1", "system"],
  ["xen+ssh://root@host.example/system", "host.example", "system"],
] as const)("%s", (uri, host, scope) => {
  const hypervisor = uri.startsWith("xen") ? "xen" : "qemu";
  expect(parseHostUri(uri)).toEqual({ hypervisor, host, scope });
});

test.each([
  "",
  "qemu",
  "qemu:///",
  "qemu://host",
  "xen:///session",
  "test:///default",
  "http://x/system",
])("%j is no URI of a host", (uri) => {
  expect(parseHostUri(uri)).toBeUndefined();
});

test("a Xen host keeps the consoles of its guests itself", () => {
  const host = parseHostUri("xen:///system");
  if (host === undefined) throw new Error("no URI");
  const { console } = poolsOf(host, { home: "/home/user/ours", runtime: undefined });
  expect(console).toEqual({ name: "unikernel-console", directory: "/var/log/xen/console" });
});

test("files of a session are its user's", () => {
  const session = parseHostUri("qemu:///session");
  if (session === undefined) throw new Error("no URI");
  const pools = poolsOf(session, { home: "/home/user/ours", runtime: "/run/user/7" });
  expect(pools.disk.directory).toBe("/home/user/ours/libvirt");
  expect(pools.memory.directory).toBe("/run/user/7/libvirt/unikernel");
});

test.each([
  ["qemu:///system", undefined],
  ["qemu+tcp://127.0.0.1:16509/system", undefined],
  ["qemu+ssh://user@far.example/system", "far.example"],
  ["qemu+tls://[fd00::1]/system", "fd00::1"],
])("the machine of %s", (uri, machine) => {
  const host = parseHostUri(uri);
  expect(host && machineOf(host)).toBe(machine);
});

test("a session on another machine has no pools of our choice", () => {
  const session = parseHostUri("qemu+ssh://far.example/session");
  if (session === undefined) throw new Error("no URI");
  const pools = poolsOf(session, { home: "/home/user/ours", runtime: undefined });
  expect(pools).toEqual({ disk: { name: "unikernel" }, memory: { name: "unikernel-memory" } });
});

test.each([
  ["qemu:///system", "qemu:///system"],
  ["qemu+ssh://host/system", "qemu+ssh://host/system?no_tty=1"],
  ["qemu+ssh://host/system?keyfile=/k", "qemu+ssh://host/system?keyfile=/k&no_tty=1"],
  ["qemu+ssh://host/system?no_tty=0", "qemu+ssh://host/system?no_tty=0"],
])("%s is opened as %s", (uri, opened) => {
  expect(quietUri(uri)).toBe(opened);
});
