// What users and SDK generators read of `unikernel:index:Network`.

import { DRIVER_TYPE } from "./guest-schema.ts";

export const NETWORK_TOKEN = "unikernel:index:Network";

const cidr = {
  type: "string",
  description:
    'The network\'s addresses, e.g. "10.7.0.0/24": private ones, from /16 to /29. Others replace the network.',
};
const driver = {
  oneOf: [{ type: "string" }, { type: "object", $ref: `#/types/${DRIVER_TYPE}` }],
  description:
    'Whose guests can be in it: those of "qemu" (the default) and "sandbox" meet in the same networks; or a libvirt host, of which it is then one of its networks. Another host replaces it.',
};
const isolated = {
  type: "boolean",
  description:
    "Only on a libvirt host: whether the network has no way out. Otherwise its guests reach what their host reaches. Another choice replaces the network.",
};

export const networkSchema = {
  description:
    "A network in which guests reach each other by name, and nobody else reaches them. It needs no privileges, and answers DHCP and DNS.",
  inputProperties: { cidr, driver, isolated },
  requiredInputs: ["cidr"],
  properties: {
    cidr,
    driver,
    isolated,
    nameServer: {
      type: "string",
      description: "The address, inside of the network, of its DHCP and name server.",
    },
    running: {
      type: "boolean",
      description: "Whether its switch runs; one that has died is started again by the next `up`.",
    },
  },
  required: ["cidr", "driver", "nameServer", "running"],
};
