// The HTTP server of the other example as a machine image and an instance of AWS. The instance has
// no network yet: there is no driver for AWS's network device (docs/aws.md).
import * as pulumi from "@pulumi/pulumi";
import * as unikernel from "pulumi-unikernel";
import * as aws from "pulumi-unikernel/aws";

const config = new pulumi.Config();

const image = new unikernel.Image("web", {
  app: config.get("app") ?? "../http-server/app",
  // With "metadata" the guest reads the instance's user data, where its environment is.
  libraries: ["lwip", "httpd", "metadata"],
});

const machineImage = new aws.MachineImage("web", { image, tags: { team: "web" } });

const web = new aws.Instance("web", {
  image: machineImage,
  ports: [80],
  env: { GREETING: config.get("greeting") ?? "Hello from AWS" },
});

export const snapshot = machineImage.snapshot.snapshotId;
export const imageId = machineImage.imageId;
export const instance = web.instanceId;
export const address = web.publicIp;
