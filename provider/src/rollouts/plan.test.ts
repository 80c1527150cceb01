import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planRollout, type Replica, type Rollout, type Step } from "./plan.ts";

const rolling = (replicas: number, maxSurge = 1, maxUnavailable = 0): Rollout => ({
  strategy: "rolling",
  ...{ replicas, maxSurge, maxUnavailable },
});
const serving = (id: string, isCurrent: boolean): Replica => ({ id, isCurrent, serves: true });
const told = (steps: readonly Step[]) =>
  steps.map(({ kind, replicas }) => `${kind} ${replicas.join(" ")}`);

describe("planRollout", () => {
  it("has nothing to do when all is as asked for", () => {
    expect(planRollout(rolling(2), [serving("a", true), serving("b", true)])).toEqual([]);
  });

  it("replaces one after the other: the new one first", () => {
    expect(told(planRollout(rolling(2), [serving("a", false), serving("b", false)]))).toEqual([
      ...["start new-1", "enter new-1", "leave a", "stop a"],
      ...["start new-2", "enter new-2", "leave b", "stop b"],
    ]);
  });

  it("makes room first where there may be no more", () => {
    expect(told(planRollout(rolling(2, 0, 1), [serving("a", false), serving("b", false)]))).toEqual(
      [
        ...["leave a", "stop a", "start new-1", "enter new-1"],
        ...["leave b", "stop b", "start new-2", "enter new-2"],
      ],
    );
  });

  it("replaces only the dead, and touches nothing else", () => {
    const actual = [serving("a", true), { id: "b", isCurrent: true, serves: false }];
    expect(told(planRollout(rolling(2), actual))).toEqual([
      "discard b",
      "start new-1",
      "enter new-1",
    ]);
  });

  it("scales in place", () => {
    const three = ["a", "b", "c"].map((id) => serving(id, true));
    expect(told(planRollout(rolling(5, 2), three))).toEqual([
      "start new-1 new-2",
      "enter new-1 new-2",
    ]);
    expect(told(planRollout(rolling(1), three))).toEqual(["leave b c", "stop b c"]);
  });

  it("starts all beside the old ones in a blueGreen rollout, and then moves at once", () => {
    const rollout: Rollout = { ...rolling(2), strategy: "blueGreen" };
    expect(told(planRollout(rollout, [serving("a", false), serving("b", false)]))).toEqual([
      ...["start new-1 new-2", "enter new-1 new-2", "leave a b", "stop a b"],
    ]);
  });
});

/** What a step makes of the replicas that there are. */
function carriedOut(actual: readonly Replica[], { kind, replicas }: Step): Replica[] {
  const others = actual.filter(({ id }) => !replicas.includes(id));
  if (kind === "stop" || kind === "discard") return others;
  const changed = replicas.map((id) => {
    const replica = actual.find((each) => each.id === id);
    if ((kind === "start") !== (replica === undefined)) throw new Error(`${kind} ${id}`);
    const isCurrent = replica?.isCurrent ?? true;
    return { id, isCurrent, serves: kind === "enter" };
  });
  return [...others, ...changed];
}

const rollouts = fc
  .record({
    strategy: fc.constantFrom("rolling" as const, "blueGreen" as const),
    replicas: fc.integer({ min: 0, max: 12 }),
    maxUnavailable: fc.integer({ min: 0, max: 4 }),
    maxSurge: fc.integer({ min: 0, max: 4 }),
  })
  .filter(({ maxSurge, maxUnavailable }) => maxSurge + maxUnavailable > 0);
const replicas = fc
  .array(fc.record({ isCurrent: fc.boolean(), serves: fc.boolean() }), { maxLength: 16 })
  .map((list) => list.map((replica, index) => ({ ...replica, id: `old-${index}` })));
const count = (list: readonly Replica[]) => list.filter(({ serves }) => serves).length;

describe("any rollout, from any state", () => {
  it("ends with what is asked for, and never serves too few nor has too many", () => {
    fc.assert(
      fc.property(rollouts, replicas, (rollout, initial) => {
        const least = Math.min(count(initial), rollout.replicas - rollout.maxUnavailable);
        const surge = rollout.strategy === "blueGreen" ? rollout.replicas : rollout.maxSurge;
        // Those that are there already may be more.
        const most = Math.max(
          initial.length,
          rollout.strategy === "blueGreen"
            ? count(initial) + rollout.replicas
            : rollout.replicas + surge,
        );
        let actual: Replica[] = [...initial];
        for (const step of planRollout(rollout, initial)) {
          actual = carriedOut(actual, step);
          expect(count(actual)).toBeGreaterThanOrEqual(least);
          expect(actual.length).toBeLessThanOrEqual(most);
        }
        expect(actual).toHaveLength(rollout.replicas);
        expect(actual.every(({ isCurrent, serves }) => isCurrent && serves)).toBe(true);
      }),
    );
  });

  it("is completed or turned back from wherever it was interrupted, and what has died since", () => {
    const interruption = fc.record({
      at: fc.nat(40),
      dies: fc.nat(20),
      turnsBack: fc.boolean(),
    });
    fc.assert(
      fc.property(rollouts, replicas, interruption, (rollout, initial, { at, dies, turnsBack }) => {
        const steps = planRollout(rollout, initial);
        const reached = steps.slice(0, at).reduce(carriedOut, [...initial]);
        const left = reached.map((replica, index) => ({
          // Another process would choose another name.
          id: `left-${index}`,
          isCurrent: turnsBack ? !replica.isCurrent : replica.isCurrent,
          serves: replica.serves && index !== dies,
        }));
        const end = planRollout(rollout, left).reduce(carriedOut, left);
        expect(end).toHaveLength(rollout.replicas);
        expect(planRollout(rollout, end)).toEqual([]);
      }),
    );
  });

  it("touches no replica that is as it should be, as long as it is needed", () => {
    fc.assert(
      fc.property(rollouts, replicas, (rollout, initial) => {
        const good = initial.filter(({ isCurrent, serves }) => isCurrent && serves);
        const touched = planRollout(rollout, initial).flatMap((step) => step.replicas);
        const kept = good.filter(({ id }) => !touched.includes(id));
        expect(kept).toHaveLength(Math.min(good.length, rollout.replicas));
      }),
    );
  });
});
