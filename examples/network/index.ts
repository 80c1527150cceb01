// Two guests in a network of their own: a page that counts its visits, and what keeps the count.
// The page finds the other one by its name; from outside only the page can be reached.
import * as pulumi from "@pulumi/pulumi";
import * as unikernel from "pulumi-unikernel";

const config = new pulumi.Config();

const backend = new unikernel.Network("backend", { cidr: "10.7.0.0/24" });

const db = new unikernel.Guest("db", {
  image: new unikernel.Image("db", { app: "./db", libraries: ["socket"] }),
  networks: [backend],
  healthCheck: { console: "ready" },
});

const web = new unikernel.Guest(
  "web",
  {
    image: new unikernel.Image("web", { app: "./web", libraries: ["lwip", "httpd"] }),
    networks: [backend],
    ports: [{ host: config.getNumber("hostPort") ?? 8080, guest: 80 }],
    env: { DB: "db" },
    healthCheck: { http: "/" },
  },
  { dependsOn: db },
);

export const url = web.url;
export const addresses = { db: db.addresses, web: web.addresses };
export const network = backend.id;
