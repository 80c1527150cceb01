// How a guest is kept running and how it is ended.

export interface RestartPolicy {
  /** After which end it is started again; not after one that was asked for. */
  readonly when: "no" | "on-failure" | "always";
  /** Restarts in a row before it is given up; absent: no limit. */
  readonly maxRetries?: number;
  /** Before the first restart; doubled for each further one, up to a minute. */
  readonly backoffMs: number;
}

export interface GuestLifecycle {
  /** From the request to end until it is killed; 0: killed at once. */
  readonly shutdownTimeoutMs: number;
  readonly restart: RestartPolicy;
}

/** A guest of which nothing was said. */
export const PLAIN_LIFECYCLE: GuestLifecycle = {
  shutdownTimeoutMs: 0,
  restart: { when: "no", backoffMs: 1_000 },
};

/** What a record takes over of a description. */
export function lifecycleOf(spec: {
  readonly lifecycle?: GuestLifecycle;
}): Pick<typeof spec, "lifecycle"> {
  return spec.lifecycle === undefined ? {} : { lifecycle: spec.lifecycle };
}
