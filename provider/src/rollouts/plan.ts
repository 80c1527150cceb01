// The plan of a rollout: which replicas start, serve, leave and stop, in which order and how many
// at a time, so that what is asked for comes of what there is. Pure: the same function tells a
// preview what will happen and an update what to do, and after an interruption what is left to do.

export interface Rollout {
  readonly strategy: "rolling" | "blueGreen";
  /** How many replicas there are to be. */
  readonly replicas: number;
  /** Fewer than `replicas` that may serve meanwhile. Not both this and `maxSurge` are 0. */
  readonly maxUnavailable: number;
  /** More than `replicas` that may exist meanwhile; a blueGreen rollout has all of them twice. */
  readonly maxSurge: number;
}

export interface Replica {
  readonly id: string;
  /** Whether it is what is asked for now. */
  readonly isCurrent: boolean;
  /** Whether it runs, is healthy and is asked by users. */
  readonly serves: boolean;
}

export type StepKind =
  /** Ends what does not serve: it died, or an interruption left it half done. */
  | "discard"
  /** Boots new ones and waits until they are ready. */
  | "start"
  /** Lets users reach them. */
  | "enter"
  /** Sends no more requests, and waits for those under way. */
  | "leave"
  /** Ends them for good. */
  | "stop";

export interface Step {
  readonly kind: StepKind;
  /** Ids; of replicas that do not exist yet the names "new-1", "new-2" … */
  readonly replicas: readonly string[];
}

/** Empty when all is as it should be. */
export function planRollout(rollout: Rollout, actual: readonly Replica[]): readonly Step[] {
  const broken = actual.filter(({ serves }) => !serves).map(({ id }) => id);
  const serving = actual.filter(({ serves }) => serves);
  const old = serving.filter(({ isCurrent }) => !isCurrent).map(({ id }) => id);
  const current = serving.filter(({ isCurrent }) => isCurrent).map(({ id }) => id);
  const state = { old, current, started: 0 };
  const steps = [
    step("discard", broken),
    ...(rollout.strategy === "blueGreen" ? blueGreen(rollout, state) : rolling(rollout, state)),
  ];
  return steps.filter(({ replicas }) => replicas.length > 0);
}

interface State {
  readonly old: readonly string[];
  readonly current: readonly string[];
  readonly started: number;
}

function rolling(rollout: Rollout, initial: State): Step[] {
  const { replicas, maxSurge, maxUnavailable } = rollout;
  const steps: Step[] = [];
  let state = initial;
  for (;;) {
    const missing = replicas - state.current.length;
    const room = replicas + maxSurge - state.current.length - state.old.length;
    const starting = newNames(state, Math.max(0, Math.min(missing, room)));
    state = entered(state, starting);
    steps.push(step("start", starting), step("enter", starting));
    const spare = state.current.length + state.old.length - (replicas - maxUnavailable);
    const leaving = state.old.slice(0, Math.max(0, spare));
    state = { ...state, old: state.old.slice(leaving.length) };
    steps.push(step("leave", leaving), step("stop", leaving));
    if (starting.length === 0 && leaving.length === 0) break;
  }
  return [...steps, ...surplus(state, replicas)];
}

function blueGreen({ replicas }: Rollout, state: State): Step[] {
  const starting = newNames(state, Math.max(0, replicas - state.current.length));
  return [
    ...[step("start", starting), step("enter", starting)],
    ...[step("leave", state.old), step("stop", state.old)],
    ...surplus(entered(state, starting), replicas),
  ];
}

/** What is too much of what is asked for: the newest go. */
function surplus({ current }: State, replicas: number): Step[] {
  const extra = current.slice(replicas);
  return [step("leave", extra), step("stop", extra)];
}

function newNames({ started }: State, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `new-${started + index + 1}`);
}

function entered(state: State, names: readonly string[]): State {
  return {
    ...state,
    current: [...state.current, ...names],
    started: state.started + names.length,
  };
}

function step(kind: StepKind, replicas: readonly string[]): Step {
  return { kind, replicas };
}
