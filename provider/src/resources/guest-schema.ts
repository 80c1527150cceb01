// What users and SDK generators read of `unikernel:index:Guest`.

export const GUEST_TOKEN = "unikernel:index:Guest";
const PORT_TYPE = "unikernel:index:GuestPort";
const FORWARDED_TYPE = "unikernel:index:ForwardedPort";
export const DRIVER_TYPE = "unikernel:index:GuestDriver";
const VOLUME_TYPE = "unikernel:index:GuestVolume";
const NETWORK_TYPE = "unikernel:index:GuestNetwork";
export const RESTART_TYPE = "unikernel:index:RestartPolicy";
export const HEALTH_TYPE = "unikernel:index:HealthCheck";

const portProperties = {
  guest: { type: "integer", description: "The guest's port." },
  host: { type: "integer", description: "The host's port; without it a free one is chosen." },
  protocol: { type: "string", description: '"tcp" (the default) or "udp".' },
  address: {
    type: "string",
    description: 'The host\'s address to listen on; the default is "127.0.0.1".',
  },
};
const image = {
  type: "string",
  description: "The digest of the image that runs. A changed digest replaces the guest.",
};
const driver = {
  oneOf: [{ type: "string" }, { type: "object", $ref: `#/types/${DRIVER_TYPE}` }],
  description:
    'What starts and watches the guest: "qemu" (the default), a libvirt host, or "sandbox" for images of the platform "linux". Another driver replaces the guest, which is removed first.',
};
const memory = { type: "string", description: 'Memory, e.g. "32MiB".', default: "32MiB" };
const cpus = { type: "integer", description: "Number of virtual processors: 1.", default: 1 };
const env = {
  type: "object",
  additionalProperties: { type: "string" },
  description:
    "Environment variables. A changed one restarts the guest. Secrets stay secret: they never stand in plain text in the state, on a command line or on disk.",
};
const args = {
  type: "array",
  items: { type: "string" },
  description: "Arguments of the application, without its name.",
};
const healthCheck = {
  type: "object",
  $ref: `#/types/${HEALTH_TYPE}`,
  description:
    "How to find out whether the guest works. A guest that never becomes healthy fails the update.",
};
const accelerator = {
  type: "string",
  description: '"auto" measures whether KVM is faster on this host; "kvm" and "tcg" insist.',
  default: "auto",
};
const networks = {
  type: "array",
  items: { type: "object", $ref: `#/types/${NETWORK_TYPE}` },
  description:
    "Networks that the guest is in, beside what leads to its ports: guests there reach each other by name. Others restart the guest.",
};
const volumes = {
  type: "array",
  items: { type: "object", $ref: `#/types/${VOLUME_TYPE}` },
  description:
    'Volumes that the guest has, of the same driver; the image needs the library "volumes". They survive the guest. When it is replaced it is stopped before its successor starts, and started again when the successor fails.',
};
const shutdownTimeout = {
  type: "string",
  description:
    'How long the guest is given to end when it is stopped, restarted or replaced, e.g. "10s" (the default): it is sent SIGTERM, and killed when the time is up. "0s" kills it at once.',
  default: "10s",
};
const restart = {
  oneOf: [{ type: "string" }, { type: "object", $ref: `#/types/${RESTART_TYPE}` }],
  description:
    'Whether a guest that has ended is started again, also when no Pulumi runs: "no" (the default), "on-failure" or "always".',
};

export const guestSchema = {
  description:
    "A running image. It outlives the program that started it; a changed image replaces it, and it serves until its successor is healthy.",
  inputProperties: {
    image,
    driver,
    memory,
    cpus,
    ports: {
      type: "array",
      items: { type: "object", $ref: `#/types/${PORT_TYPE}` },
      description: "Ports of the host that lead to the guest.",
    },
    env,
    args,
    healthCheck,
    accelerator,
    volumes,
    networks,
    shutdownTimeout,
    restart,
  },
  requiredInputs: ["image"],
  properties: {
    image,
    driver,
    memory,
    cpus,
    ports: {
      type: "array",
      items: { type: "object", $ref: `#/types/${FORWARDED_TYPE}` },
      description: "The ports that are really forwarded.",
    },
    env,
    args,
    healthCheck,
    accelerator,
    volumes,
    networks,
    addresses: {
      type: "object",
      additionalProperties: { type: "string" },
      description:
        "The guest's addresses by the names of its networks; absent without any. They stay through restarts; a successor has others, unless the program gives them.",
    },
    shutdownTimeout,
    restart,
    url: {
      type: "string",
      description:
        'Where the first forwarded TCP port answers, e.g. "http://127.0.0.1:8080"; absent without one.',
    },
    address: {
      type: "string",
      description: "The host's address on which the first port listens; absent without ports.",
    },
    bootTimeMs: {
      type: "number",
      description:
        "From the start of the guest's process to its first sign of life: console output or a passed health check; absent for a guest that was imported.",
    },
    firstResponseMs: {
      type: "number",
      description:
        "From the start of the guest's process to the first successful HTTP answer; only with an http health check.",
    },
    consoleLog: {
      type: "string",
      description: "The file on the host to which the guest's console is written.",
    },
    restarts: {
      type: "integer",
      description: "How often the guest has been started again by itself, see `restart`.",
    },
  },
  required: [
    "image",
    "driver",
    "memory",
    "cpus",
    "ports",
    "env",
    "args",
    "accelerator",
    "shutdownTimeout",
    "restart",
    "consoleLog",
    "restarts",
  ],
};

export const guestTypes = {
  [DRIVER_TYPE]: {
    type: "object",
    description: "A driver and what it has to know.",
    properties: {
      name: { type: "string", description: '"qemu" or "libvirt".' },
      network: {
        type: "string",
        description:
          'Only for "libvirt": one of its networks, in which the guest gets an address of its own by DHCP; without it QEMU\'s user mode, or nothing on Xen.',
      },
      bridge: {
        type: "string",
        description:
          'Only for "libvirt": a bridge of the host that the guest is in, with an address of its own.',
      },
      address: {
        type: "string",
        description:
          'Only with bridge: the guest\'s address there, e.g. "192.168.1.50/24". Without it the guest asks by DHCP, and no ports can be said. Its guest is stopped before its successor starts.',
      },
      gateway: {
        type: "string",
        description: "Only with address: the way out; the network's first address by default.",
      },
      nameServer: {
        type: "string",
        description: "Only with address: who tells names; the gateway by default.",
      },
      uri: {
        type: "string",
        description:
          'Only for "libvirt": where it is, e.g. "qemu:///system" (the default), "qemu+ssh://user@host/system" or "xen:///system".',
      },
    },
    required: ["name"],
  },
  [NETWORK_TYPE]: {
    type: "object",
    description: "A guest's place in a network.",
    properties: {
      network: { type: "string", description: "The network's id." },
      name: {
        type: "string",
        description: "What others there call the guest; the default is the resource's name.",
      },
      address: {
        type: "string",
        description:
          "The guest's address there; without one, a free one is chosen. A guest with one is stopped before its successor starts.",
      },
    },
    required: ["network"],
  },
  [PORT_TYPE]: {
    type: "object",
    description: "A port of the host that leads to a port of the guest.",
    properties: portProperties,
    required: ["guest"],
  },
  [FORWARDED_TYPE]: {
    type: "object",
    description: "A port that is really forwarded.",
    properties: portProperties,
    required: ["guest", "host", "protocol", "address"],
  },
  [VOLUME_TYPE]: {
    type: "object",
    description: "A volume of a guest.",
    properties: {
      volume: { type: "string", description: "The volume's id." },
      path: { type: "string", description: 'Where its files are in the guest, e.g. "/data".' },
      readOnly: { type: "boolean", description: "Whether the guest may only read (false)." },
      sizeBytes: {
        type: "integer",
        description:
          "The volume's size, given so that a guest starts again when its volume has grown.",
      },
    },
    required: ["volume", "path"],
  },
  [RESTART_TYPE]: {
    type: "object",
    description: "When a guest that has ended is started again.",
    properties: {
      policy: {
        type: "string",
        description:
          '"no", "on-failure" (an exit status other than 0, a crash, a signal) or "always"; never after it was asked to end.',
      },
      maxRetries: {
        type: "integer",
        description:
          "As many restarts in a row, and it is given up; a guest that has run for a minute begins anew. The default is no limit.",
      },
      backoff: {
        type: "string",
        description:
          'Pause before the first restart, "1s" by default; doubled for each further one, up to "60s".',
      },
    },
    required: ["policy"],
  },
  [HEALTH_TYPE]: {
    type: "object",
    description: "How to find out whether a guest works: one of `http`, `tcp` and `console`.",
    properties: {
      http: {
        type: "string",
        description: 'A path that must answer with a status from 200 to 399, e.g. "/healthz".',
      },
      tcp: { type: "integer", description: "A port of the guest that must accept connections." },
      console: { type: "string", description: "A text that must appear on the console." },
      port: {
        type: "integer",
        description:
          "The guest's port that `http` asks; the default is the first TCP one of `ports`.",
      },
      interval: {
        type: "string",
        description:
          'Longest time between two attempts, e.g. "1s" (the default). The first ones follow each other within milliseconds.',
      },
      timeout: {
        type: "string",
        description: 'Longest time for one attempt, e.g. "5s" (the default).',
      },
      retries: {
        type: "integer",
        description: "After as many intervals without success the guest has failed (30).",
      },
    },
  },
};
