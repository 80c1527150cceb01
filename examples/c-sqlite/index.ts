// Notes in an SQLite database: they survive every edit of the source and a crash at any moment.
// Another driver: `pulumi config set driver sandbox`.
import * as pulumi from "@pulumi/pulumi";
import * as unikernel from "pulumi-unikernel";

const config = new pulumi.Config();
const driver = config.get<"qemu" | "sandbox" | "libvirt">("driver") ?? "qemu";

const image = new unikernel.Image("notes", {
  app: "./app",
  libraries: ["lwip", "httpd", "sqlite", "volumes"],
  platform: driver === "sandbox" ? "linux" : "kvm",
});

const data = new unikernel.Volume("data", {
  size: "64MiB",
  driver,
  // True unless it says so: what is on the volume is not lost by a `pulumi destroy`.
  deletionProtection: config.getBoolean("deletionProtection") ?? true,
});

const notes = new unikernel.Guest("notes", {
  image,
  driver,
  volumes: [{ volume: data, path: "/data" }],
  ports: [{ host: config.getNumber("hostPort") ?? 8080, guest: 80 }],
  healthCheck: { http: "/" },
});

export const url = notes.url;
