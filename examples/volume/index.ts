// A counter whose visits survive every edit of its source, a crash, and the loss of its guest: they
// are in a file on a volume. Another driver: `pulumi config set driver sandbox`.
import * as pulumi from "@pulumi/pulumi";
import * as unikernel from "pulumi-unikernel";

const config = new pulumi.Config();
const driver = config.get<"qemu" | "sandbox" | "libvirt">("driver") ?? "qemu";

const image = new unikernel.Image("counter", {
  app: "./app",
  libraries: ["lwip", "httpd", "volumes"],
  platform: driver === "sandbox" ? "linux" : "kvm",
});

const data = new unikernel.Volume("data", {
  size: config.get("size") ?? "16MiB",
  driver,
  // True unless it says so: what is on the volume is not lost by a `pulumi destroy`.
  deletionProtection: config.getBoolean("deletionProtection") ?? true,
});

const counter = new unikernel.Guest("counter", {
  image,
  driver,
  volumes: [{ volume: data, path: "/data" }],
  ports: [{ host: config.getNumber("hostPort") ?? 8080, guest: 80 }],
  healthCheck: { http: "/healthz" },
});

export const url = counter.url;
export const volume = data.id;
export const sizeBytes = data.sizeBytes;
