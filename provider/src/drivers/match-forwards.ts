// Which of the forwards that exist are those that were asked for.
import type { PortForward } from "./driver.ts";

/** What was asked for, with the host ports that the driver chose; null where a forward is missing. */
export function matchForwards(
  asked: readonly PortForward[],
  found: readonly PortForward[],
): (PortForward | null)[] {
  const isSame = (ask: PortForward, actual: PortForward) =>
    ask.guest === actual.guest &&
    ask.protocol === actual.protocol &&
    ask.address === actual.address;
  const left = [...found];
  const take = (fits: (forward: PortForward) => boolean): PortForward | null => {
    const index = left.findIndex(fits);
    return index < 0 ? null : (left.splice(index, 1)[0] ?? null);
  };
  // Fixed ports choose first, so that none of them is mistaken for one that the driver chose.
  const fixed = asked.map((ask) =>
    ask.host === 0 ? null : take((actual) => isSame(ask, actual) && ask.host === actual.host),
  );
  return asked.map((ask, index) =>
    ask.host === 0 ? take((actual) => isSame(ask, actual)) : (fixed[index] ?? null),
  );
}
