// When an entry of the store was last used. Access times do not tell: most mounts do not keep
// them, and back-ups change them. So a look-up moves the modification time of what it found.
import { statSync, utimesSync } from "node:fs";

/** How exact the record is; a look-up that finds it younger writes nothing. */
export const useIntervalMs = 3600 * 1000;

/** Nothing happens to what is not there. */
export function markUsed(...paths: readonly string[]): void {
  const nowMs = Date.now();
  for (const path of paths) {
    try {
      const modifiedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
      if (modifiedMs === undefined || Math.abs(nowMs - modifiedMs) < useIntervalMs) continue;
      utimesSync(path, nowMs / 1000, nowMs / 1000);
    } catch {
      // Another user's file, or a store that cannot be written: it only looks older than it is.
    }
  }
}
