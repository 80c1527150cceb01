// An HTTP server as a unikernel: the sources in app/ with the libraries they need, booted in QEMU.
// Settings of a stack: `pulumi config set hostPort 8081`, `pulumi config set greeting Salut`.
import * as pulumi from "@pulumi/pulumi";
import * as unikernel from "pulumi-unikernel";

const config = new pulumi.Config();

const image = new unikernel.Image("web", {
  app: "./app",
  libraries: ["lwip", "httpd"],
});

const web = new unikernel.Guest("web", {
  image,
  memory: "32MiB",
  ports: [{ host: config.getNumber("hostPort") ?? 8080, guest: 80 }],
  env: { GREETING: config.get("greeting") ?? "Hello from a unikernel" },
  healthCheck: { http: "/healthz" },
});

export const url = web.url;
export const digest = image.digest;
export const sizeBytes = image.sizeBytes;
export const firstResponseMs = web.firstResponseMs;
