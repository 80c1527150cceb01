// A full disk: one clear error, nothing half-written, and the build succeeds once there is room.
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { buildImage, openStore } from "../../toolchain/src/index.ts";
import { workshop } from "../conformance/builder-support.ts";
import { temporaryDirectory } from "../conformance/temporary.ts";

const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)("a full disk (skipped: only root can mount a small one)", () => {
  test.each(["128k", "256k", "1m"])("of %s is told and leaves the store usable", async (size) => {
    const shop = workshop();
    const disk = temporaryDirectory();
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", disk]);
    try {
      const store = openStore(join(disk, "store"));
      const plan = await shop.plan();
      await expect(buildImage(plan, store)).rejects.toThrow(
        `the disk that holds ${store.directory} is full; free some space, or set UNIKERNEL_HOME`,
      );
      expect(readdirSync(store.path("tmp"))).toEqual([]);
      expect(readdirSync(store.path("locks"))).toEqual([]);
      execFileSync("mount", ["-o", "remount,size=64m", disk]);
      const image = await buildImage(plan, store);
      expect(image.manifest.digest).toBe((await shop.build()).manifest.digest);
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});
