// A stand-in for Pulumi's plugin `aws`, which cannot be had where only package registries can be
// reached. It knows the few resources that our example uses, and asks EC2 (in tests: moto) for them.
import { EC2Client } from "@aws-sdk/client-ec2";
import { serve } from "../../../provider/src/server/server.ts";
import { Session } from "../../../provider/src/server/session.ts";
import type { PropertyMap } from "../../../provider/src/values.ts";
import { ami } from "./ami.ts";
import { instance } from "./instance.ts";
import { standIn } from "./resource.ts";
import { securityGroup } from "./security-group.ts";

let client: EC2Client | undefined;
const ec2 = () => {
  if (client === undefined) throw new Error("not configured");
  return client;
};

/** What the stack's configuration says of `aws`. */
function configure({ region, endpoints }: PropertyMap): Record<string, never> {
  const [first] = JSON.parse(String(endpoints)) as { readonly ec2: string }[];
  if (first === undefined) throw new Error("the stand-in wants aws:endpoints");
  client = new EC2Client({ region: String(region), endpoint: first.ec2 });
  return {};
}

const resources = [ami, securityGroup, instance].map((kind) => standIn(kind, ec2));
const session = new Session({
  version: "7.48.0",
  description: "A stand-in for tests.",
  engineAddress: process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? "",
  loadResources: async () => new Map(resources.map((resource) => [resource.token, resource])),
  providerSettings: { schema: {}, failures: () => [], configure },
});
const server = await serve(session);
process.stdout.write(`${server.port}\n`);
process.stdin.on("end", () => process.exit(0)).resume();
