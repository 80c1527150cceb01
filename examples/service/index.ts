// Three replicas behind one address. After an edit of the page in ../http-server/app, or of a
// setting, `pulumi preview` tells which replicas change and why, and `pulumi up` replaces them while
// the service answers: `pulumi config set greeting Salut`. Back again is one line:
// `pulumi config set revision 1`.
import * as pulumi from "@pulumi/pulumi";
import * as unikernel from "pulumi-unikernel";

const config = new pulumi.Config();

const image = new unikernel.Image("web", {
  app: "../http-server/app",
  libraries: ["lwip", "httpd"],
  platform: "linux",
});

const web = new unikernel.Service("web", {
  image,
  driver: "sandbox",
  memory: "16MiB",
  replicas: config.getNumber("replicas") ?? 3,
  ports: [{ host: config.getNumber("hostPort") ?? 8080, guest: 80 }],
  env: { GREETING: config.get("greeting") ?? "Hello from a unikernel" },
  healthCheck: { http: "/healthz" },
  rollout: { maxSurge: 1, minReadySeconds: 1 },
  revision: config.getNumber("revision"),
});

export const url = web.url;
export const digest = web.digest;
export const revision = web.currentRevision;
export const instances = web.instances;
