// Two handlers of requests: one written here, which greets and knows a secret of the stack, and one
// in a module of its own with a framework.
import * as pulumi from "@pulumi/pulumi";
import * as unikernel from "pulumi-unikernel";

const config = new pulumi.Config();
const greeting = config.get("greeting") ?? "hello";
const token = config.getSecret("token") ?? pulumi.secret("change me");

const hello = new unikernel.Function("hello", (request) => {
  // The secret is handed to the guest; it is neither in the image nor in the code.
  if (request.headers.get("authorization") !== `Bearer ${token.get()}`) {
    return new Response("who are you?\n", { status: 401 });
  }
  const { searchParams } = new URL(request.url);
  return new Response(`${greeting} ${searchParams.get("name") ?? "world"}\n`);
});

const api = new unikernel.Function("api", {
  entry: "./api.ts",
  env: { SHOP: pulumi.getStack() },
  healthCheck: { http: "/healthz" },
});

export const helloUrl = hello.url;
export const apiUrl = api.url;
export const digests = { hello: hello.digest, api: api.digest };
