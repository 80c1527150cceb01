// How large a store may grow before a build makes room in it.
import { formatSize, parseSizeBytes } from "../size.ts";

const defaultLimitBytes = 4 * 2 ** 30;

/** $UNIKERNEL_STORE_LIMIT, or 4 GiB. */
export function storeLimitBytes(): number {
  const text = process.env.UNIKERNEL_STORE_LIMIT;
  if (text === undefined || text === "") return defaultLimitBytes;
  const bytes = parseSizeBytes(text);
  if (bytes !== undefined) return bytes;
  throw new Error(
    `UNIKERNEL_STORE_LIMIT is "${text}", which is not a size: write e.g. ${formatSize(defaultLimitBytes)}`,
  );
}
