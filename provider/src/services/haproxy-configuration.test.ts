import { describe, expect, it } from "vitest";
import type { Front, ReplicaRecord } from "./files.ts";
import {
  configurationName,
  configurationText,
  parseServers,
  parseUse,
  type Server,
  serverCommands,
  serversOf,
  wantedServers,
} from "./haproxy-configuration.ts";

const front: Front = {
  ports: [
    { host: 8080, guest: 80, address: "127.0.0.1", protocol: "http" },
    { host: 5432, guest: 54, address: "0.0.0.0", protocol: "tcp" },
  ],
  check: { path: "/healthz", guest: 80, intervalMs: 200 },
};
const replica = (slot: number, phase: ReplicaRecord["phase"], port: number): ReplicaRecord => ({
  ...{ id: `web-${slot}`, driver: "sandbox", revision: 1, slot, phase },
  targets: port === 0 ? [] : [{ guest: 80, address: "127.0.0.1", port }],
});
const server = (name: string, port: number, state: Server["state"]): Server => ({
  ...{ name, address: "127.0.0.1", port, state },
});

describe("configurationText", () => {
  const text = configurationText(
    front,
    [replica(1, "serving", 4001), replica(2, "leaving", 4002)],
    {
      processors: 2,
      isRoot: true,
    },
  );

  it("listens at every port, and knows the replicas that serve", () => {
    expect(text).toContain("  bind 127.0.0.1:8080\n");
    expect(text).toContain("  bind 0.0.0.0:5432\n");
    expect(text).toContain("  server slot1 127.0.0.1:4001\n");
    expect(text).toContain("  server slot2 127.0.0.1:4002 disabled\n");
  });

  it("gives up what root may do, and only as root", () => {
    expect(text).toContain("  uid 65534\n");
    expect(configurationText(front, [], { processors: 2, isRoot: false })).not.toContain("uid");
  });

  it("checks the port that the health check is about, and repeats safe requests alone", () => {
    const [, http = "", tcp = ""] = text.split("\nbackend ");
    expect(http).toContain("  option httpchk GET /healthz\n");
    expect(http).toContain("disable-l7-retry if ! { method GET HEAD OPTIONS }");
    expect(tcp).not.toMatch(/check|retry/);
  });

  it("has a name that changes with ports and checks, not with replicas", () => {
    expect(configurationName(front)).toBe(configurationName({ ...front }));
    expect(configurationName(front)).not.toBe(configurationName({ ports: front.ports }));
  });
});

describe("serverCommands", () => {
  const wanted = wantedServers(front, [replica(1, "serving", 4001), replica(2, "starting", 0)]);
  const atRest = wantedServers(front, []);

  it("moves a server before it gets requests, and leaves others alone", () => {
    expect(serverCommands(atRest, wanted)).toEqual([
      "set server port0/slot1 addr 127.0.0.1 port 4001",
      "set server port0/slot1 state ready",
    ]);
    expect(serverCommands(wanted, wanted)).toEqual([]);
  });

  it("takes a server out before it moves", () => {
    const before = [server("port0/slot1", 4000, "ready")];
    expect(serverCommands(before, [server("port0/slot1", 4001, "ready")])).toEqual([
      "set server port0/slot1 state maint",
      "set server port0/slot1 addr 127.0.0.1 port 4001",
      "set server port0/slot1 state ready",
    ]);
  });

  it("drains what leaves, and forgets what is gone", () => {
    const leaving = wantedServers(front, [replica(1, "leaving", 4001)]);
    expect(serverCommands(wanted, leaving)).toEqual(["set server port0/slot1 state drain"]);
    expect(serverCommands(leaving, atRest)).toEqual(["set server port0/slot1 state maint"]);
  });
});

describe("what HAProxy answers", () => {
  it("is where servers are and what was asked of them", () => {
    const answer = [
      "1",
      "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight",
      "3 port0 1 slot0 127.0.0.1 2 12 1 1 1 15 3 2 6 0 0 0 - 4001 - 0 0 - - 0",
      "3 port0 2 slot1 127.0.0.1 2 4 1 1 1 15 3 2 6 0 0 0 - 4002 - 0 0 - - 0",
      "3 port0 3 slot2 127.0.0.1 0 5 1 1 1 15 3 2 6 0 0 0 - 1 - 0 0 - - 0",
    ].join("\n");
    expect(parseServers(answer)).toEqual([
      server("port0/slot0", 4001, "drain"),
      server("port0/slot1", 4002, "ready"),
      server("port0/slot2", 1, "maint"),
    ]);
  });

  it("is what servers do", () => {
    const answer = [
      "# pxname,svname,qcur,scur,status",
      "port0,FRONTEND,,3,OPEN",
      "port0,slot0,1,2,UP",
      "port0,slot1,0,0,DOWN 1/2",
      "port0,slot2,0,0,no check",
    ].join("\n");
    const use = parseUse(answer);
    expect([...use.keys()]).toEqual(["port0/slot0", "port0/slot1", "port0/slot2"]);
    expect(use.get("port0/slot0")).toEqual({ sessions: 3, isUp: true });
    expect(use.get("port0/slot1")?.isUp).toBe(false);
    expect(use.get("port0/slot2")?.isUp).toBe(true);
  });
});

it("a replica has servers only at the ports that it was started with", () => {
  expect(serversOf(front, replica(3, "serving", 4003))).toEqual(["port0/slot3"]);
});
