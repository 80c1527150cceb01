// A client of the tender's control socket (toolchain/tender/forward.h): one line, one answer.
import { createConnection } from "node:net";
import { forwardText, parseForward } from "@pulumi-unikernel/toolchain";
import type { PortForward } from "../driver.ts";
import type { Forwarder, PortBackend } from "../port-table.ts";
import { whyUnavailable } from "../ports.ts";
import { withShortPath } from "../qemu/qmp.ts";
import { changePlan } from "../supervisor.ts";
import { type SandboxFiles, sandboxFiles } from "./files.ts";
import { findTender } from "./processes.ts";
import { readRecord, readRecords, type SandboxRecord, writeRecord } from "./record.ts";

const ANSWER_TIMEOUT_MS = 5_000;

/** Fails with ECONNREFUSED or ENOENT when no tender listens there. */
export function ask(files: SandboxFiles, line: string): Promise<string> {
  return withShortPath(
    files.control,
    (path) =>
      new Promise((resolve, reject) => {
        const socket = createConnection({ path });
        let answer = "";
        socket.setEncoding("utf8");
        socket.setTimeout(ANSWER_TIMEOUT_MS, () =>
          socket.destroy(new Error(`the tender did not answer within ${ANSWER_TIMEOUT_MS} ms`)),
        );
        socket.on("error", reject);
        socket.on("data", (chunk: string) => {
          answer += chunk;
        });
        socket.on("close", () => resolve(answer));
        socket.write(`${line}\n`);
      }),
  );
}

export function sandboxPorts(home: string): PortBackend<SandboxRecord> {
  return {
    read: (id) => readRecord(sandboxFiles(home, id)),
    readAll: () => readRecords(home),
    async write(record) {
      const files = sandboxFiles(home, record.id);
      await writeRecord(files, record);
      const rules = record.forwards
        .filter((forward) => forward !== null)
        .map((forward) => ruleOf(forward, record.inner));
      await changePlan(files, "process", record.lifecycle, (args) => withForwards(args, rules));
    },
    async isRunning(id) {
      const files = sandboxFiles(home, id);
      return (await findTender(files, (await readRecord(files))?.process)) !== undefined;
    },
    whyUnavailable,
    async withForwarder(id, use) {
      const files = sandboxFiles(home, id);
      return use(forwarderOf(files, (await readRecord(files))?.inner ?? []));
    },
  };
}

function forwarderOf(files: SandboxFiles, inner: SandboxRecord["inner"]): Forwarder {
  return {
    async list() {
      const lines = (await ask(files, "list")).split("\n");
      return lines.flatMap((line) => {
        const forward = parseForward(line);
        const port = inner.find(
          ({ address, port }) =>
            address === forward?.target.address && port === forward.target.port,
        );
        if (forward === undefined || port === undefined) return [];
        const { protocol, address } = forward;
        return [{ host: forward.port, guest: port.guest, protocol, address }];
      });
    },
    async add(forward: PortForward) {
      const answer = await ask(files, `add ${ruleOf(forward, inner)}`);
      if (!answer.startsWith("ok ")) {
        throw new Error(`the tender cannot forward ${listener(forward)}: ${reasonIn(answer)}`);
      }
    },
    async remove(forward: PortForward) {
      const answer = await ask(files, `remove ${listener(forward)}`);
      if (!/^(ok|error no such forward)\n/.test(answer)) {
        throw new Error(`the tender did not give up ${listener(forward)}: ${reasonIn(answer)}`);
      }
    },
  };
}

/** The same arguments with other forwards, for the next start of a guest whose ports have moved.
 * Its name stays first: it is how its process is recognised. */
export function withForwards(args: readonly string[], rules: readonly string[]): readonly string[] {
  const isForward = (index: number) => args[index] === "--forward";
  const others = args.filter((_, index) => !isForward(index) && !isForward(index - 1));
  const forwards = rules.flatMap((rule) => ["--forward", rule]);
  return [...others.slice(0, 3), ...forwards, ...others.slice(3)];
}

/** The tender's words for a forward to where the gateway listens. */
export function ruleOf(forward: PortForward, inner: SandboxRecord["inner"]): string {
  return forwardText(tenderForward(forward, inner));
}

export function tenderForward(forward: PortForward, inner: SandboxRecord["inner"]) {
  const target = inner.find(
    ({ protocol, guest }) => protocol === forward.protocol && guest === forward.guest,
  );
  if (target === undefined) throw new Error(`port ${forward.guest} leads nowhere`);
  const { protocol, address, host: port } = forward;
  return { protocol, address, port, target: { address: target.address, port: target.port } };
}

const listener = ({ protocol, address, host }: PortForward) => `${protocol}:${address}:${host}`;
const reasonIn = (answer: string) => answer.replace(/^error /, "").trim() || "it ended";
