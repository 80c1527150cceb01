// Who has a host port: a guest of ours, another process, or nobody.
import { createSocket } from "node:dgram";
import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer } from "node:net";
import type { PortForward } from "./driver.ts";

/** Why a port cannot be listened on, or null when it can. */
export async function whyUnavailable(port: PortForward): Promise<string | null> {
  const code = await tryToListen(port);
  switch (code) {
    case null:
      return null;
    case "EADDRINUSE":
      return `${describe(port)} is in use${await holderOf(port)}; choose another port or stop what uses it`;
    case "EACCES":
      return `${describe(port)} may not be used by this user; choose a port from 1024 on`;
    case "EADDRNOTAVAIL":
      return `${port.address} is not an address of this machine; use 127.0.0.1, or 0.0.0.0 for all`;
    default:
      return `${describe(port)} cannot be used (${code})`;
  }
}

/** Whether two listeners would want the same port. */
export function overlaps(left: PortForward, right: PortForward): boolean {
  const isAny = (address: string) => address === "0.0.0.0";
  return (
    left.protocol === right.protocol &&
    left.host === right.host &&
    left.host !== 0 &&
    (left.address === right.address || isAny(left.address) || isAny(right.address))
  );
}

function describe(port: PortForward): string {
  return `${port.protocol} port ${port.host} of ${port.address}`;
}

function tryToListen(port: PortForward): Promise<string | null> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message);
    if (port.protocol === "udp") {
      const socket = createSocket("udp4");
      socket.once("error", (error) => {
        socket.close();
        failed(error);
      });
      socket.bind({ port: port.host, address: port.address, exclusive: true }, () =>
        socket.close(() => resolve(null)),
      );
    } else {
      const server = createServer();
      server.once("error", failed);
      server.listen({ port: port.host, host: port.address, exclusive: true }, () =>
        server.close(() => resolve(null)),
      );
    }
  });
}

/** E.g. " by process 812 (nginx -g …)"; "" when it cannot be found out. */
async function holderOf(port: PortForward): Promise<string> {
  for (const table of [port.protocol, `${port.protocol}6`]) {
    const text = await readFile(`/proc/net/${table}`, "utf8").catch(() => "");
    for (const inode of listeningInodes(text, port)) {
      const pid = await processWithSocket(inode);
      if (pid === undefined) continue;
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      const words = command.split("\0").join(" ").trim();
      return ` by process ${pid} (${words.length > 60 ? `${words.slice(0, 60)}…` : words})`;
    }
  }
  return "";
}

/** Inodes of the sockets in a table of /proc/net that listen on the port. */
export function listeningInodes(table: string, port: Pick<PortForward, "host" | "protocol">) {
  // TCP_LISTEN; an unconnected UDP socket is in state 7.
  const listening = port.protocol === "tcp" ? "0A" : "07";
  return table
    .split("\n")
    .slice(1)
    .map((row) => row.trim().split(/\s+/))
    .filter(
      (row) =>
        row[3] === listening && Number.parseInt(row[1]?.split(":")[1] ?? "", 16) === port.host,
    )
    .map((row) => row[9] ?? "");
}

async function processWithSocket(inode: string): Promise<number | undefined> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
      if (target === `socket:[${inode}]`) return Number(pid);
    }
  }
  return undefined;
}
