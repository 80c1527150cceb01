// The inputs `shutdownTimeout` and `restart` of a Guest: how it is ended and kept running.
import type { GuestLifecycle, RestartPolicy } from "../drivers/lifecycle.ts";
import { parseDurationMs } from "../guests/quantities.ts";
import { containsUnknown, isPropertyMap, type PropertyMap, type PropertyValue } from "../values.ts";
import { describe, type Refuse, unknownNames } from "./guest-inputs.ts";

export const LIFECYCLE_INPUTS = ["shutdownTimeout", "restart"] as const;

const POLICIES: readonly RestartPolicy["when"][] = ["no", "on-failure", "always"];
/** Whose hosts start guests again without counting and without waiting. */
const PLAIN_DRIVER = "libvirt";
const DEFAULT_BACKOFF = "1s";
const BACKOFF_MS_MAX = 60_000;
const SHUTDOWN_TIMEOUT_MS_MAX = 3_600_000;

/** One form for each meaning, so that another way to say the same is no change. */
export function normalRestart(value: PropertyValue): PropertyValue {
  if (!isPropertyMap(value)) return value;
  const { backoff, ...others } = value;
  const said = backoff === undefined || backoff === null || backoff === DEFAULT_BACKOFF;
  const rest: PropertyMap = said ? others : value;
  return Object.keys(rest).length === 1 ? (rest.policy ?? rest) : rest;
}

/** `driver`: its name; undefined when it is not known yet. */
export function lifecycleFailures(
  plain: PropertyMap,
  driver: string | undefined,
  refuse: Refuse,
): void {
  const { shutdownTimeout = null, restart = null } = plain;
  durationFailure(
    "shutdownTimeout",
    shutdownTimeout,
    '"10s", or "0s" to kill',
    SHUTDOWN_TIMEOUT_MS_MAX,
    refuse,
  );
  restartFailures(restart, refuse);
  if (driver === PLAIN_DRIVER && isPropertyMap(restart)) plainFailures(restart, refuse);
}

function plainFailures(restart: PropertyMap, refuse: Refuse): void {
  for (const name of ["maxRetries", "backoff"]) {
    if (restart[name] === undefined) continue;
    refuse(
      `restart.${name}`,
      `cannot be chosen with the driver "${PLAIN_DRIVER}", whose host starts a guest again each time, a second after it ended; leave it out`,
    );
  }
}

function restartFailures(restart: PropertyValue, refuse: Refuse): void {
  if (!isPropertyMap(restart)) {
    policyFailure("restart", restart, refuse);
    return;
  }
  const { policy = null, maxRetries, backoff } = restart;
  unknownNames(restart, ["policy", "maxRetries", "backoff"], "restart.", "restart", refuse);
  policyFailure("restart.policy", policy, refuse);
  const isCount = typeof maxRetries === "number" && Number.isInteger(maxRetries) && maxRetries > 0;
  if (maxRetries !== undefined && !containsUnknown(maxRetries) && !isCount) {
    refuse("restart.maxRetries", `must be a whole number from 1 on, not ${describe(maxRetries)}`);
  }
  if (backoff !== undefined) {
    durationFailure("restart.backoff", backoff, '"1s", up to "60s"', BACKOFF_MS_MAX, refuse);
  }
}

/** Only for what has no failures and is known. */
export function lifecycleOf({ shutdownTimeout, restart }: PropertyMap): GuestLifecycle {
  const said: PropertyMap = isPropertyMap(restart) ? restart : { policy: restart ?? "no" };
  const { policy, maxRetries, backoff = DEFAULT_BACKOFF } = said;
  return {
    shutdownTimeoutMs: parseDurationMs(String(shutdownTimeout)) ?? 0,
    restart: {
      when: policy as RestartPolicy["when"],
      ...(typeof maxRetries === "number" ? { maxRetries } : {}),
      backoffMs: parseDurationMs(String(backoff)) ?? 0,
    },
  };
}

/** As a program would say it. */
export function lifecycleInputs({ shutdownTimeoutMs, restart }: GuestLifecycle): PropertyMap {
  const { when, maxRetries, backoffMs } = restart;
  return {
    shutdownTimeout: durationText(shutdownTimeoutMs),
    restart: normalRestart({
      policy: when,
      ...(maxRetries === undefined ? {} : { maxRetries }),
      backoff: durationText(backoffMs),
    }),
  };
}

function durationText(milliseconds: number): string {
  return milliseconds % 1_000 === 0 ? `${milliseconds / 1_000}s` : `${milliseconds}ms`;
}

function policyFailure(path: string, value: PropertyValue, refuse: Refuse): void {
  if (containsUnknown(value)) return;
  if (typeof value === "string" && (POLICIES as readonly string[]).includes(value)) return;
  const known = POLICIES.map((policy) => `"${policy}"`).join(" or ");
  refuse(path, `must be ${known}, not ${describe(value)}`);
}

function durationFailure(
  path: string,
  value: PropertyValue,
  example: string,
  mostMs: number,
  refuse: Refuse,
): void {
  if (containsUnknown(value)) return;
  const milliseconds = typeof value === "string" ? parseDurationMs(value) : undefined;
  if (milliseconds === undefined) {
    refuse(path, `must be a duration such as ${example}, not ${describe(value)}`);
  } else if (milliseconds > mostMs) {
    refuse(path, `must be at most ${mostMs / 1_000}s, not ${describe(value)}`);
  }
}
