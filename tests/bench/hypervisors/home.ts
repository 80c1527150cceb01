// A home for a benchmark's guests, and how they are described to a driver.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Driver, GuestSpec } from "../../../provider/src/drivers/driver.ts";
import { QemuDriver } from "../../../provider/src/drivers/qemu/qemu-driver.ts";
import { SandboxDriver } from "../../../provider/src/drivers/sandbox/sandbox-driver.ts";
import { builtImage } from "../support/images.ts";

export type DriverName = "sandbox" | "qemu";

export interface BenchHome {
  readonly directory: string;
  readonly driver: Driver;
  spec(id: string): GuestSpec;
  remove(): void;
}

/** With a directory for temporary files of its own, so that what is left there is seen. */
export async function benchHome(name: DriverName): Promise<BenchHome> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "unikernel-bench-")));
  const usual = process.env.TMPDIR;
  process.env.TMPDIR = join(directory, "tmp");
  mkdirSync(process.env.TMPDIR);
  const platform = name === "sandbox" ? "linux" : "kvm";
  const { path, manifest } = await builtImage("http", { platform });
  const Driver = name === "sandbox" ? SandboxDriver : QemuDriver;
  return {
    directory,
    driver: new Driver({ home: directory }),
    spec: (id) => ({
      id,
      owner: `urn:bench:${id}`,
      digest: manifest.digest,
      imagePath: path,
      memoryBytes: 32 * 2 ** 20,
      cpus: 1,
      ports: [{ host: 0, guest: 8080, protocol: "tcp", address: "127.0.0.1" }],
      args: [],
      env: {},
      accelerator: "tcg",
    }),
    remove() {
      if (usual === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = usual;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
