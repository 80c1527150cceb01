// From what a program says of a network to what its driver is asked for. All that is wrong is
// found at once; what is not known yet cannot be wrong.
import { type Cidr, formatCidr, networkOf, overlap, parseCidr } from "../drivers/networks/cidr.ts";
import { containsUnknown, isPropertyMap, type PropertyMap, unwrapMap } from "../values.ts";
import { driverFailures, hostOf } from "./guest-driver-input.ts";
import { describe, type Refuse, unknownNames } from "./guest-inputs.ts";
import type { CheckFailure } from "./resource.ts";

export const NETWORK_INPUTS = ["cidr", "driver", "isolated"] as const;
/** Guests of these drivers are processes of this user, and meet in the same networks. */
export const NETWORK_DRIVERS = ["qemu", "sandbox"] as const;

/** What RFC 1918 leaves to private networks. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
/** Every guest has an interface of its own there, for its forwarded ports. */
const OWN_NETWORK = "10.0.2.0/24";
const BITS_MIN = 16;
const BITS_MAX = 29;

export function withNetworkDefaults(news: PropertyMap): PropertyMap {
  const given = Object.entries(news).filter(([, value]) => value !== null);
  const { driver = "qemu", ...others } = Object.fromEntries(given);
  const place = hostOf(driver);
  // One form for each meaning.
  const isHosted = isPropertyMap(place) && others.isolated === undefined;
  return { ...(isHosted ? { isolated: false } : {}), ...others, driver: place };
}

export function networkFailures(inputs: PropertyMap): CheckFailure[] {
  const plain = unwrapMap(inputs);
  const failures: CheckFailure[] = [];
  const refuse: Refuse = (property, reason) => failures.push({ property, reason });
  unknownNames(plain, NETWORK_INPUTS, "", "a Network", refuse);
  const { cidr = null, driver = null, isolated = null } = plain;
  if (!containsUnknown(cidr)) {
    const reason =
      cidr === null
        ? 'is missing; give the network\'s addresses, e.g. "10.7.0.0/24"'
        : cidrProblem(cidr);
    if (reason !== null) refuse("cidr", reason);
  }
  driverFailures(driver, [...NETWORK_DRIVERS, "libvirt"], refuse);
  if (isolated !== null && !containsUnknown(isolated)) {
    if (typeof isolated !== "boolean") {
      refuse("isolated", `must be true or false, not ${describe(isolated)}`);
    } else if (!containsUnknown(driver) && !isPropertyMap(driver)) {
      refuse(
        "isolated",
        `is for networks of a libvirt host; guests of the driver "${driver}" have a way out of their own`,
      );
    }
  }
  return failures;
}

function cidrProblem(value: PropertyMap[string]): string | null {
  const cidr = typeof value === "string" ? parseCidr(value) : undefined;
  if (cidr === undefined) return `must be addresses such as "10.7.0.0/24", not ${describe(value)}`;
  const whole = networkOf(cidr);
  if (whole.address !== cidr.address) {
    return `${value} is an address in the network ${formatCidr(whole)}; write that`;
  }
  if (cidr.bits < BITS_MIN || cidr.bits > BITS_MAX) {
    const size = cidr.bits > BITS_MAX ? "small: it has no room for guests" : "large";
    return `${value} is too ${size}; use /${BITS_MIN} to /${BITS_MAX}`;
  }
  if (!PRIVATE.some((range) => isWithin(cidr, range))) {
    return `${value} is not private: use addresses of ${PRIVATE.join(", ")}`;
  }
  const own = parseCidr(OWN_NETWORK);
  if (own !== undefined && overlap(own, cidr)) {
    return `${value} overlaps ${OWN_NETWORK}, which every guest uses for its forwarded ports; choose others`;
  }
  return null;
}

function isWithin(cidr: Cidr, range: string): boolean {
  const outer = parseCidr(range);
  return outer !== undefined && outer.bits <= cidr.bits && overlap(outer, cidr);
}
