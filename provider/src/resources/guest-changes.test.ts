import { expect, test } from "vitest";
import { type PropertyMap, Secret, Unknown } from "../values.ts";
import { guestChanges, needsRestart } from "./guest-changes.ts";
import { withDefaults } from "./guest-inputs.ts";
import { plannedState } from "./guest-state.ts";

const olds = withDefaults({
  image: "sha256:1",
  ports: [{ host: 8080, guest: 80 }],
  env: { A: "1" },
});
const changesOf = (news: PropertyMap) => guestChanges(olds, { ...olds, ...news });

test("nothing changed: nothing happens and everything stays known", () => {
  const { changes, stables } = changesOf({ env: { A: new Secret("1") } });
  expect(changes).toEqual({});
  expect(stables).toEqual(expect.arrayContaining(["url", "ports", "bootTimeMs", "consoleLog"]));
});

test("another image replaces the guest, the new one first", () => {
  const result = changesOf({ image: "sha256:2" });
  expect(result.changes).toEqual({ image: { kind: "update-replace", inputDiff: true } });
  expect(result.deleteBeforeReplace).toBe(false);
});

test("an image that is not known yet may be another", () => {
  expect(changesOf({ image: Unknown.instance }).changes.image?.kind).toBe("update-replace");
});

test("other settings restart it in place; the URL stays when its port is fixed", () => {
  const { changes, stables } = changesOf({ env: { A: "2" } });
  expect(changes).toEqual({ "env.A": { kind: "update", inputDiff: true } });
  expect(stables).toContain("url");
  expect(stables).not.toContain("bootTimeMs");
  const free = withDefaults({ image: "sha256:1", ports: [{ guest: 80 }] });
  expect(guestChanges(free, { ...free, args: ["x"] }).stables).not.toContain("url");
});

test("other ports are another URL", () => {
  expect(changesOf({ ports: [] }).stables).not.toContain("url");
});

test("a health check is exchanged without touching the guest", () => {
  const { changes, stables } = changesOf({ healthCheck: { console: "up" } });
  expect(changes).toEqual({ healthCheck: { kind: "add", inputDiff: true } });
  expect(stables).toEqual(expect.arrayContaining(["url", "bootTimeMs"]));
});

test("preview knows the URL of a fixed port, and only that", () => {
  expect(plannedState(olds, {})).toMatchObject({
    url: "http://127.0.0.1:8080",
    address: "127.0.0.1",
    bootTimeMs: Unknown.instance,
    consoleLog: Unknown.instance,
  });
  expect(plannedState(olds, {})).not.toHaveProperty("firstResponseMs");
  const free = withDefaults({
    ports: [{ guest: 80, address: "0.0.0.0" }],
    healthCheck: { http: "/" },
  });
  expect(plannedState(free, { consoleLog: "/log" })).toMatchObject({
    url: Unknown.instance,
    address: "0.0.0.0",
    consoleLog: "/log",
    firstResponseMs: Unknown.instance,
  });
  expect(plannedState({ ...free, ports: Unknown.instance }, {}).url).toBe(Unknown.instance);
});

test("only what differs is named", () => {
  const { changes } = changesOf({
    env: { "B.C": "2" },
    ports: [{ host: 8081, guest: 80, protocol: "tcp", address: "127.0.0.1" }, { guest: 81 }],
    args: new Secret(["x"]),
  });
  const kinds = Object.entries(changes).map(([path, { kind }]) => `${kind} ${path}`);
  expect(kinds.sort()).toEqual([
    'add env["B.C"]',
    "add ports[1]",
    "delete env.A",
    "update args",
    "update ports[0].host",
  ]);
});

test("a changed part of a health check needs no restart, any other part does", () => {
  const on = { driver: "qemu" };
  expect(needsRestart(["healthCheck.http", "healthCheck"], on)).toBe(false);
  expect(needsRestart(["healthCheck.http", "env.A"], on)).toBe(true);
  expect(needsRestart(['env["B.C"]'], on)).toBe(true);
  expect(needsRestart([], on)).toBe(false);
});

test("on a libvirt host the guest has to learn of another restart policy", () => {
  expect(needsRestart(["restart.policy"], { driver: "qemu" })).toBe(false);
  expect(needsRestart(["restart.policy"], { driver: { name: "libvirt" } })).toBe(true);
  expect(needsRestart(["shutdownTimeout"], { driver: { name: "libvirt" } })).toBe(false);
});
