// A Go web server, compiled by Go for Linux and run without Linux: `go build` makes an ordinary
// static program, and the image holds it with the parts of an operating system that it needs.
import { execFileSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import * as unikernel from "pulumi-unikernel";

const config = new pulumi.Config();

// The same bytes on every machine, so that the image's digest is the same too.
execFileSync(
  "go",
  ["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", "server", "."],
  {
    cwd: "server",
    env: { ...process.env, CGO_ENABLED: "0", GOOS: "linux", GOARCH: "amd64" },
  },
);

const image = new unikernel.Image("server", { app: "./server/server" });

const server = new unikernel.Guest("server", {
  image,
  memory: "64MiB",
  env: { GREETING: config.get("greeting") ?? "Hello" },
  ports: [{ host: config.getNumber("hostPort") ?? 8080, guest: 80 }],
  healthCheck: { http: "/healthz" },
});

export const url = server.url;
export const digest = image.digest;
