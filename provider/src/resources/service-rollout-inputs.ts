// The input `rollout` of a Service: how its replicas are replaced.
import { parseDurationMs } from "../guests/quantities.ts";
import type { Rollout } from "../rollouts/plan.ts";
import { SLOTS } from "../services/haproxy-configuration.ts";
import { containsUnknown, isPropertyMap, type PropertyMap, type PropertyValue } from "../values.ts";
import { choiceFailure, describe, type Refuse, unknownNames } from "./guest-inputs.ts";

export const ROLLOUT_DEFAULTS: PropertyMap = {
  strategy: "rolling",
  maxUnavailable: 0,
  maxSurge: "25%",
  minReadySeconds: 0,
  deadline: "5m",
  drainTimeout: "30s",
  onFailure: "rollback",
};
const STRATEGIES = ["rolling", "blueGreen"];
const ON_FAILURE = ["rollback", "pause"];

/** What a rollout does beside its plan. */
export interface RolloutManners {
  readonly rollout: Rollout;
  readonly minReadyMs: number;
  /** From the start of a replica until it must be ready. */
  readonly deadlineMs: number;
  readonly drainTimeoutMs: number;
  readonly onFailure: "rollback" | "pause";
}

/** Only for what has no failures and is known. */
export function rolloutOf(rollout: PropertyMap, replicas: number): RolloutManners {
  return {
    rollout: {
      strategy: rollout.strategy as Rollout["strategy"],
      replicas,
      maxUnavailable: share(rollout.maxUnavailable, replicas, Math.floor) ?? 0,
      maxSurge: share(rollout.maxSurge, replicas, Math.ceil) ?? 0,
    },
    minReadyMs: Number(rollout.minReadySeconds) * 1_000,
    deadlineMs: parseDurationMs(String(rollout.deadline)) ?? 0,
    drainTimeoutMs: parseDurationMs(String(rollout.drainTimeout)) ?? 0,
    onFailure: rollout.onFailure as RolloutManners["onFailure"],
  };
}

export function rolloutFailures(plain: PropertyMap, refuse: Refuse): void {
  const { rollout = null } = plain;
  if (!isPropertyMap(rollout)) {
    if (containsUnknown(rollout)) return;
    refuse("rollout", `must be an object such as { maxSurge: 1 }, not ${describe(rollout)}`);
    return;
  }
  unknownNames(rollout, Object.keys(ROLLOUT_DEFAULTS), "rollout.", "a rollout", refuse);
  choiceFailure("rollout.strategy", rollout.strategy, STRATEGIES, refuse);
  choiceFailure("rollout.onFailure", rollout.onFailure, ON_FAILURE, refuse);
  const seconds = rollout.minReadySeconds ?? null;
  const isDuration = typeof seconds === "number" && seconds >= 0 && Number.isFinite(seconds);
  if (!containsUnknown(seconds) && !isDuration) {
    refuse("rollout.minReadySeconds", `must be a number of seconds, not ${describe(seconds)}`);
  }
  for (const name of ["deadline", "drainTimeout"]) {
    const value = rollout[name] ?? null;
    if (containsUnknown(value)) continue;
    const milliseconds = typeof value === "string" ? parseDurationMs(value) : undefined;
    if (milliseconds === undefined || (name === "deadline" && milliseconds <= 0)) {
      refuse(`rollout.${name}`, `must be a duration such as "30s", not ${describe(value)}`);
    }
  }
  const replicas = Number(plain.replicas);
  const limits = (["maxUnavailable", "maxSurge"] as const).map((name) => {
    const value = rollout[name] ?? null;
    if (containsUnknown(value)) return undefined;
    const limit = share(value, replicas, name === "maxSurge" ? Math.ceil : Math.floor);
    if (limit === undefined) {
      refuse(
        `rollout.${name}`,
        `must be a whole number or a share such as "25%", not ${describe(value)}`,
      );
    }
    return limit;
  });
  const [unavailable, surge] = limits;
  if (unavailable === undefined || surge === undefined || !Number.isInteger(replicas)) return;
  if (rollout.strategy === "rolling" && replicas > 0 && unavailable + surge === 0) {
    refuse(
      "rollout",
      `with neither more nor fewer than ${replicas} replicas none could be replaced; let maxSurge or maxUnavailable be at least 1`,
    );
  }
  const most = rollout.strategy === "blueGreen" ? 2 * replicas : replicas + surge;
  if (replicas <= SLOTS && most > SLOTS) {
    refuse("replicas", `${most} would exist during a rollout, and a service has room for ${SLOTS}`);
  }
}

/** A number, or a share of the replicas; undefined when it is neither. */
function share(
  value: PropertyValue | undefined,
  replicas: number,
  round: (value: number) => number,
): number | undefined {
  if (typeof value === "number") return Number.isInteger(value) && value >= 0 ? value : undefined;
  const percent = typeof value === "string" ? /^(\d{1,3})%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? undefined : round((replicas * Number(percent)) / 100);
}
