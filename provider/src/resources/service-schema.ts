// What users and SDK generators read of `unikernel:index:Service`.
import { HEALTH_TYPE, RESTART_TYPE } from "./guest-schema.ts";

export const SERVICE_TOKEN = "unikernel:index:Service";
const PORT_TYPE = "unikernel:index:ServicePort";
const OPEN_TYPE = "unikernel:index:OpenPort";
const ROLLOUT_TYPE = "unikernel:index:Rollout";
const INSTANCE_TYPE = "unikernel:index:ServiceInstance";
const REVISION_TYPE = "unikernel:index:ServiceRevision";

const texts = { type: "object", additionalProperties: { type: "string" } };
const image = {
  type: "string",
  description: "The digest of the image that all replicas run. A changed digest is rolled out.",
};
const driver = {
  type: "string",
  description: 'What starts and watches the replicas: "qemu" (the default) or "sandbox".',
  default: "qemu",
};
const memory = {
  type: "string",
  description: 'Memory of each replica, e.g. "32MiB".',
  default: "32MiB",
};
const env = { ...texts, description: "Environment variables of every replica." };
const secrets = {
  ...texts,
  secret: true,
  description:
    "More environment variables, whose values are secret in any case: only their names are told.",
};
const args = {
  type: "array",
  items: { type: "string" },
  description: "Arguments of the application, without its name.",
};
const accelerator = {
  type: "string",
  description: '"auto" measures whether KVM is faster on this host; "kvm" and "tcg" insist.',
  default: "auto",
};

/** What a replica is started from, of a service and of each of its revisions. */
const template = { image, driver, memory, env, secrets, args, accelerator };
const templateRequired = ["image", "driver", "memory", "env", "secrets", "args", "accelerator"];

const common = {
  ...template,
  replicas: {
    type: "integer",
    description: "How many replicas serve; another number touches no others.",
    default: 2,
  },
  healthCheck: {
    type: "object",
    $ref: `#/types/${HEALTH_TYPE}`,
    description:
      "When a new replica is ready. Later it goes on: one that fails gets no more requests.",
  },
  shutdownTimeout: {
    type: "string",
    description:
      'How long a replica is given to end, e.g. "10s" (the default), once its requests have finished.',
    default: "10s",
  },
  restart: {
    oneOf: [{ type: "string" }, { type: "object", $ref: `#/types/${RESTART_TYPE}` }],
    description:
      'Whether a replica that has ended is started again, also when no Pulumi runs: "no" (the default), "on-failure" or "always".',
  },
  rollout: {
    type: "object",
    $ref: `#/types/${ROLLOUT_TYPE}`,
    description: "How replicas are replaced.",
  },
  revision: {
    type: "integer",
    description:
      "A revision of the history that is to run, whatever the program says of image and environment: rolling back is this one line.",
  },
  historyLimit: {
    type: "integer",
    description: "How many revisions are remembered, with their images.",
    default: 10,
  },
};

export const serviceSchema = {
  description:
    "Replicas of one image behind one address. Preview tells which change and why; an update replaces them while the service answers, and turns back when a new one fails.",
  inputProperties: {
    ...common,
    ports: {
      type: "array",
      items: { type: "object", $ref: `#/types/${PORT_TYPE}` },
      description: "Ports of the host at which the service answers.",
    },
  },
  requiredInputs: ["image", "ports"],
  properties: {
    ...common,
    ports: {
      type: "array",
      items: { type: "object", $ref: `#/types/${OPEN_TYPE}` },
      description: "The ports at which the service answers.",
    },
    url: {
      type: "string",
      description: 'Where its first port answers, e.g. "http://127.0.0.1:8080".',
    },
    digest: { type: "string", description: "The digest of the image that is in force." },
    currentRevision: { type: "integer", description: "The revision that is in force." },
    instances: {
      type: "array",
      items: { type: "object", $ref: `#/types/${INSTANCE_TYPE}` },
      description: "The replicas as they are; `pulumi refresh` looks again.",
    },
    plan: {
      type: "array",
      items: { type: "string" },
      description: "What the last rollout did, and in a preview what the next one will do.",
    },
    history: {
      type: "array",
      items: { type: "object", $ref: `#/types/${REVISION_TYPE}` },
      description: "The revisions that were rolled out, the newest last.",
    },
  },
  required: [
    ...templateRequired,
    ...["replicas", "shutdownTimeout", "restart", "rollout", "historyLimit", "ports", "url"],
    ...["digest", "currentRevision", "instances", "plan", "history"],
  ],
};

const portProperties = {
  guest: { type: "integer", description: "The port of the replicas." },
  host: { type: "integer", description: "The host's port; without it a free one is chosen." },
  protocol: {
    type: "string",
    description:
      '"http" (the default): requests are spread one by one, and safe ones that a dying replica did not answer are asked again. "tcp": connections are spread.',
  },
  address: {
    type: "string",
    description: 'The host\'s address to listen on; the default is "127.0.0.1".',
  },
};

export const serviceTypes = {
  [PORT_TYPE]: {
    type: "object",
    description: "A port of the host at which a service answers.",
    properties: portProperties,
    required: ["guest"],
  },
  [OPEN_TYPE]: {
    type: "object",
    description: "A port at which a service really answers.",
    properties: portProperties,
    required: ["guest", "host", "protocol", "address"],
  },
  [ROLLOUT_TYPE]: {
    type: "object",
    description: "How replicas are replaced.",
    properties: {
      strategy: {
        type: "string",
        description:
          '"rolling" (the default): some at a time. "blueGreen": all new ones beside the old, then all requests at once.',
      },
      maxUnavailable: {
        oneOf: [{ type: "integer" }, { type: "string" }],
        description: 'How many fewer may serve meanwhile: a number or a share such as "25%"; 0.',
      },
      maxSurge: {
        oneOf: [{ type: "integer" }, { type: "string" }],
        description: 'How many more may exist meanwhile: a number or a share; "25%".',
      },
      minReadySeconds: {
        type: "number",
        description: "How long a new replica must go on running before it gets requests; 0.",
      },
      deadline: {
        type: "string",
        description: 'How long a new replica may take until it is ready; "5m".',
      },
      drainTimeout: {
        type: "string",
        description: 'How long requests of a replica that leaves may take to finish; "30s".',
      },
      onFailure: {
        type: "string",
        description:
          '"rollback" (the default): replaced replicas return to the revision of before. "pause": all stays as it is then.',
      },
    },
  },
  [INSTANCE_TYPE]: {
    type: "object",
    description: "A replica as it is.",
    properties: {
      id: { type: "string", description: "Of its guest, as `unikernel ps` lists it." },
      digest: { type: "string", description: "The digest of its image." },
      revision: { type: "integer", description: "The revision that it is of." },
      port: { type: "integer", description: "The host's port that leads to it alone." },
      ready: { type: "boolean", description: "Whether it runs, is healthy and gets requests." },
    },
    required: ["id", "digest", "revision", "port", "ready"],
  },
  [REVISION_TYPE]: {
    type: "object",
    description: "What was rolled out once.",
    properties: {
      revision: { type: "integer", description: "Its number, from 1 on." },
      at: { type: "string", description: "When it was first rolled out." },
      ...template,
    },
    required: ["revision", "at", ...templateRequired],
  },
};
