// Keeps an image in the store while this process runs it, so that no garbage collection takes it
// away before the guest has loaded it, or before a crash of it is told with the names of functions.
import { existsSync, realpathSync } from "node:fs";
import { relative } from "node:path";
import { keepImage, releaseImage } from "../store/roots.ts";
import type { Store } from "../store/store.ts";

/** Runs `use` with an image that stays; `find` is asked again when it went before it was kept. */
export async function withPinned<Result>(
  store: Store,
  find: () => Promise<string>,
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  const owner = `unikernel run, process ${process.pid}`;
  try {
    return await use(await pin(store, find, owner));
  } finally {
    releaseImage(store, owner);
  }
}

async function pin(store: Store, find: () => Promise<string>, owner: string): Promise<string> {
  for (;;) {
    const path = await find();
    const digest = digestIn(store, path);
    if (digest === undefined) return path;
    await keepImage(store, { digest, owner, while: `/proc/${process.pid}` });
    if (await store.image(digest)) return path;
  }
}

/** Of a file that is an image of the store. */
function digestIn(store: Store, path: string): string | undefined {
  const images = store.path("images");
  if (!existsSync(images)) return undefined;
  const [name = ""] = relative(realpathSync(images), realpathSync(path)).split("/");
  return /^[0-9a-f]{64}$/.test(name) ? `sha256:${name}` : undefined;
}
