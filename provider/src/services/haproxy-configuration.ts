// What HAProxy is told: one file, and what differs between its servers as they are and as they are
// to be. Pure.
import { createHash } from "node:crypto";
import { CONTROL_NAME, type Front, type FrontPort, type ReplicaRecord } from "./files.ts";

/** Places for replicas, prepared once so that none ever needs HAProxy to read its file again. */
export const SLOTS = 256;
/** Where nobody is. */
const NOWHERE = { guest: 0, address: "127.0.0.1", port: 1 };
const NOBODY = 65_534;

export type ServerState = "ready" | "drain" | "maint";

export interface Server {
  /** "port0/slot3". */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly state: ServerState;
}

export interface HostFacts {
  readonly processors: number;
  readonly isRoot: boolean;
}

/** The whole file. Its replicas stand in it too: a HAProxy that is started again asks them at once. */
export function configurationText(
  front: Front,
  replicas: readonly ReplicaRecord[],
  host: HostFacts,
): string {
  const servers = wantedServers(front, replicas);
  const backends = front.ports.flatMap((port, index) => [
    ...listener(port, index),
    ...backend(front, port, index),
    ...servers.filter(({ name }) => name.startsWith(`${backendName(index)}/`)).map(serverLine),
  ]);
  return [...globals(host), ...backends, ""].join("\n");
}

/** Tells fronts apart for which HAProxy would have to be started anew. */
export function configurationName(front: Front): string {
  const hash = createHash("sha256").update(JSON.stringify([front, SLOTS]));
  return `haproxy.${hash.digest("hex").slice(0, 12)}.cfg`;
}

function globals({ processors, isRoot }: HostFacts): string[] {
  return [
    "# Written by pulumi-unikernel; changes are lost.",
    "global",
    `  stats socket unix@${CONTROL_NAME} mode 600 level admin`,
    // Without it, memory would grow with what the system allows rather than with what is needed.
    "  fd-hard-limit 20000",
    `  nbthread ${Math.min(4, processors)}`,
    // A predecessor that has been asked to end may finish what is under way.
    "  hard-stop-after 10m",
    // Ports below 1024 are open by then.
    ...(isRoot ? [`  uid ${NOBODY}`, `  gid ${NOBODY}`] : []),
    "defaults",
    "  timeout connect 2s",
    "  timeout client 1h",
    "  timeout server 1h",
    "  timeout http-request 30s",
    "  timeout queue 10s",
    "  timeout check 5s",
    // A replica that died a moment ago is not the last that is asked.
    "  retries 3",
    "  option redispatch 1",
  ];
}

function listener(port: FrontPort, index: number): string[] {
  return [
    `frontend ${backendName(index)}`,
    `  mode ${port.protocol}`,
    `  bind ${port.address}:${port.host}`,
    `  default_backend ${backendName(index)}`,
  ];
}

function backend({ check, ports }: Front, port: FrontPort, index: number): string[] {
  const checked = ports.findIndex(({ guest }) => guest === check?.guest);
  const isChecked = check !== undefined && checked === index;
  const inter = Math.max(100, Math.round(check?.intervalMs ?? 1_000));
  return [
    `backend ${backendName(index)}`,
    `  mode ${port.protocol}`,
    "  balance roundrobin",
    ...(port.protocol === "http"
      ? [
          "  retry-on conn-failure empty-response",
          // What may have been done already is not done twice.
          "  http-request disable-l7-retry if ! { method GET HEAD OPTIONS }",
        ]
      : []),
    ...(isChecked && check.path !== undefined
      ? [
          `  option httpchk GET ${check.path}`,
          "  http-check send hdr Host localhost",
          "  http-check expect rstatus ^[23]",
        ]
      : []),
    ...(isChecked ? [`  default-server check inter ${inter}ms fall 2 rise 1 fastinter 250ms`] : []),
  ];
}

/** Every place of every port, in order. */
export function wantedServers(front: Front, replicas: readonly ReplicaRecord[]): Server[] {
  const bySlot = new Map(replicas.map((replica) => [replica.slot, replica]));
  return front.ports.flatMap(({ guest }, index) =>
    Array.from({ length: SLOTS }, (_, slot): Server => {
      const replica = bySlot.get(slot);
      const target = replica?.targets.find((each) => each.guest === guest) ?? NOWHERE;
      const state = replica === undefined || target === NOWHERE ? "maint" : stateOf(replica);
      const { address, port } = target;
      return { name: `${backendName(index)}/slot${slot}`, address, port, state };
    }),
  );
}

function stateOf({ phase }: ReplicaRecord): ServerState {
  return phase === "serving" ? "ready" : phase === "leaving" ? "drain" : "maint";
}

function serverLine({ name, address, port, state }: Server): string {
  const own = name.split("/")[1];
  return `  server ${own} ${address}:${port}${state === "ready" ? "" : " disabled"}`;
}

/** The commands that make servers as they are to be. */
export function serverCommands(actual: readonly Server[], wanted: readonly Server[]): string[] {
  const known = new Map(actual.map((server) => [server.name, server]));
  return wanted.flatMap((server) => {
    const before = known.get(server.name);
    const { name, address, port, state } = server;
    const isElsewhere = before?.address !== address || before.port !== port;
    // Nobody is sent there while it moves.
    const moves = isElsewhere && state !== "maint";
    return [
      ...(moves && before?.state !== "maint" ? [`set server ${name} state maint`] : []),
      ...(moves ? [`set server ${name} addr ${address} port ${port}`] : []),
      ...(before?.state !== state || moves ? [`set server ${name} state ${state}`] : []),
    ];
  });
}

/** Of the answer to "show servers state". */
export function parseServers(answer: string): Server[] {
  const rows = answer.split("\n").filter((row) => /^\d+ \S+ \d+ \S+ /.test(row));
  return rows.map((row) => {
    const fields = row.split(" ");
    const [, backend = "", , name = "", address = ""] = fields;
    return {
      name: `${backend}/${name}`,
      address,
      port: Number(fields[18]),
      state: administered(Number(fields[6])),
    };
  });
}

/** Bits of HAProxy's srv_admin_state: four kinds of maintenance, two of draining. */
function administered(bits: number): ServerState {
  return (bits & 0x63) !== 0 ? "maint" : (bits & 0x18) !== 0 ? "drain" : "ready";
}

export interface ServerUse {
  /** Requests under way; of a TCP port, connections. */
  readonly sessions: number;
  /** Whether HAProxy believes that it works. */
  readonly isUp: boolean;
}

/** Of the answer to "show stat", by "port0/slot3". */
export function parseUse(answer: string): ReadonlyMap<string, ServerUse> {
  const [header = "", ...rows] = answer.split("\n");
  const names = header.replace(/^# /, "").split(",");
  const column = (name: string) => names.indexOf(name);
  const [proxy, server, sessions, queued, status] = [
    ...[column("pxname"), column("svname"), column("scur"), column("qcur"), column("status")],
  ];
  return new Map(
    rows
      .map((row) => row.split(","))
      .filter((fields) => fields[server ?? 0]?.startsWith("slot"))
      .map((fields) => {
        const read = (index: number | undefined) => fields[index ?? -1] ?? "";
        const use = {
          sessions: Number(read(sessions)) + Number(read(queued)),
          isUp: !/^(DOWN|NOLB|MAINT)/.test(read(status)),
        };
        return [`${read(proxy)}/${read(server)}`, use] as const;
      }),
  );
}

function backendName(index: number): string {
  return `port${index}`;
}

/** The names of a replica's servers. */
export function serversOf(front: Front, { slot, targets }: ReplicaRecord): string[] {
  return front.ports.flatMap(({ guest }, index) =>
    targets.some((target) => target.guest === guest) ? [`${backendName(index)}/slot${slot}`] : [],
  );
}
