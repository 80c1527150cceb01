// What libvirt's transports to other machines need at both ends: certificates and keys of the test's
// own, and a server for ssh. Nothing of the user's is read or written.
import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { poll } from "../../provider/src/guests/wait.ts";
import { freePort } from "../support/free-port.ts";
import type { LibvirtDaemon } from "./libvirt-daemon.ts";

const run = promisify(execFile);
const DAYS = ["-days", "2"];

/** A directory as libvirt wants it for `pkipath`, with the server's key and certificate too. */
export async function makeCertificates(pki: string): Promise<void> {
  await mkdir(pki);
  const file = (name: string) => join(pki, name);
  const key = (name: string) => ["-newkey", "rsa:2048", "-nodes", "-keyout", file(name)];
  const authority = ["-x509", "-subj", "/CN=test authority", "-out", file("cacert.pem")];
  await run("openssl", ["req", ...key("cakey.pem"), ...authority, ...DAYS]);
  for (const end of ["server", "client"]) {
    const request = file(`${end}.csr`);
    await run("openssl", ["req", ...key(`${end}key.pem`), "-subj", `/CN=${end}`, "-out", request]);
    const extensions = file(`${end}.ext`);
    await writeFile(extensions, "subjectAltName = IP:127.0.0.1, DNS:localhost\n");
    await run("openssl", [
      ...["x509", "-req", "-in", request, "-out", file(`${end}cert.pem`), ...DAYS],
      ...["-CA", file("cacert.pem"), "-CAkey", file("cakey.pem"), "-CAcreateserial"],
      ...["-extfile", extensions],
    ]);
  }
}

export interface SshServer {
  /** Of the daemon behind it. `key`: the private one that is shown. */
  uri(key: string): string;
  /** A key that opens, and one that does not. */
  readonly key: string;
  readonly otherKey: string;
}

/** A server for ssh where the daemon's files are, as on its own machine. */
export async function startSsh(daemon: LibvirtDaemon, directory: string): Promise<SshServer> {
  const file = (name: string) => join(directory, name);
  for (const name of ["host", "user", "other"]) {
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file(name)]);
  }
  const port = await freePort();
  await writeFile(
    file("sshd_config"),
    [
      ...[`Port ${port}`, "ListenAddress 127.0.0.1", `HostKey ${file("host")}`, "PidFile none"],
      ...[`AuthorizedKeysFile ${file("user.pub")}`, "StrictModes no", "UsePAM no"],
      ...["PasswordAuthentication no", "PermitRootLogin yes", ""],
    ].join("\n"),
  );
  const [kind, key] = (await readFile(file("host.pub"), "utf8")).split(" ");
  await writeFile(file("known_hosts"), `[127.0.0.1]:${port} ${kind} ${key}\n`);
  const ssh = file("ssh");
  const known = `-F none -o UserKnownHostsFile=${file("known_hosts")} -o StrictHostKeyChecking=yes`;
  await writeFile(ssh, `#!/bin/sh\nexec ssh ${known} -o IdentitiesOnly=yes "$@"\n`);
  await chmod(ssh, 0o755);
  // Where virt-ssh-helper looks for it.
  await symlink(
    join(daemon.directory, "socket/libvirt-sock"),
    join(daemon.directory, "run/libvirt-sock"),
  );
  const server = await daemon.spawnInside(
    `mkdir -p /run/sshd && exec /usr/sbin/sshd -D -e -f ${file("sshd_config")}`,
  );
  let said = "";
  server.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  const isUp = await poll(async () => (said.includes("Server listening") ? true : undefined), {
    everyMs: 20,
    timeoutMs: 20_000,
  });
  if (!isUp) throw new Error(`sshd did not come up: ${said}`);
  const uri = (path: string) =>
    `qemu+ssh://root@127.0.0.1:${port}/system?command=${ssh}&keyfile=${path}`;
  return { uri, key: file("user"), otherKey: file("other") };
}
