// What the Xen host needs besides to be a libvirt host: this machine's libvirtd, as the set-up has
// installed it, and the modules that know Xen and storage pools.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CpioEntry, directory, executable } from "../cpio.ts";

const modules = "/usr/lib/x86_64-linux-gnu/libvirt";
const programs = [
  "/usr/sbin/libvirtd",
  `${modules}/connection-driver/libvirt_driver_libxl.so`,
  `${modules}/connection-driver/libvirt_driver_storage.so`,
  `${modules}/storage-backend/libvirt_storage_backend_fs.so`,
];
const processors = "/usr/share/libvirt/cpu_map";
const emptyDirectories = [
  ...["etc/libvirt/libxl/autostart", "var/lib/libvirt/libxl", "var/log/libvirt/libxl"],
  ...["var/cache/libvirt", "usr/share/libvirt"],
];
const settings = [
  ...["listen_tls = 0", "listen_tcp = 1", 'listen_addr = "0.0.0.0"', 'auth_tcp = "none"'],
  "",
].join("\n");

/** Why there can be no such host, or undefined. */
export function whyNoLibvirt(): string | undefined {
  const missing = programs.find((path) => !existsSync(path));
  return missing === undefined
    ? undefined
    : `${missing} is not here: the set-up installs it as root on Debian`;
}

/** Files as the host is to have them, and programs whose libraries it needs. */
export function libvirtFiles(): { readonly entries: CpioEntry[]; readonly programs: string[] } {
  const file = (path: string, content: Buffer | string): CpioEntry => ({
    path,
    mode: executable,
    content: Buffer.from(content),
  });
  const entries = [
    ...emptyDirectories.map((path) => ({ path, mode: directory })),
    file("etc/passwd", "root:x:0:0:root:/:/bin/sh\n"),
    file("etc/group", "root:x:0:\n"),
    file("etc/machine-id", "0123456789abcdef0123456789abcdef\n"),
    file("etc/libvirt/libvirtd.conf", settings),
    // It asks for the machine's name plate, and does without an answer.
    file("usr/sbin/dmidecode", "#!/bin/sh\nexit 1\n"),
    ...programs.map((path) => file(path.slice(1), readFileSync(path))),
    ...readdirSync(processors).map((name) => {
      const text = readFileSync(join(processors, name), "utf8");
      // Of what every processor has, QEMU's emulated one lacks this under Xen; libvirt is to
      // recognise one model at least.
      const known = name === "x86_486.xml" ? text.replace(/^.*vme.*\n/m, "") : text;
      return file(join(processors.slice(1), name), known);
    }),
  ];
  return { entries, programs: [...programs] };
}
