// The tender for the command line: one guest in the foreground, nothing recorded. The provider's
// driver is another matter.
import { spawn } from "node:child_process";
import { closeSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../store/store.ts";
import { ensureGateway, ensureTender } from "../tender/build.ts";
import { tenderArguments } from "../tender/command-line.ts";
import { chooseGatewayPorts, gatewayCommand, gatewayNetwork } from "../tender/gateway.ts";
import { type GuestOptions, guestConfiguration } from "./qemu.ts";
import { volumeLines } from "./volumes.ts";

export type SandboxOptions = Omit<GuestOptions, "machine" | "accelerator"> & {
  /** A tap interface instead of a gateway. */
  readonly tap?: string | undefined;
};

const CONFIGURATION_DESCRIPTOR = 3;

/** Runs and waits; returns the guest's exit status. */
export async function runSandbox(options: SandboxOptions, signal: AbortSignal): Promise<number> {
  const building = { signal, onProgress: (message: string) => console.error(message) };
  const tender = await ensureTender(openStore(), building);
  const gateway =
    options.tap === undefined ? await ensureGateway(openStore(), building) : undefined;
  if (options.ports.length > 0 && options.tap !== undefined) {
    throw new Error("a guest on a tap interface has an address of its own: --port is not for it");
  }
  const inner = await chooseGatewayPorts(
    options.ports.map(({ guest }) => ({ protocol: "tcp" as const, guest })),
  );
  const configuration = openConfiguration(
    guestConfiguration(
      { ...options, ...volumeLines(options.volumes) },
      gateway === undefined ? undefined : gatewayNetwork,
    ),
  );
  try {
    const child = spawn(
      tender,
      tenderArguments({
        image: options.image,
        memoryBytes: options.memoryBytes,
        configurationDescriptor: CONFIGURATION_DESCRIPTOR,
        readsConsole: true,
        ...(options.tap === undefined ? {} : { tap: options.tap }),
        blocks: options.volumes.map(({ name, file, readOnly }) => ({ name, path: file, readOnly })),
        forwards: options.ports.map(({ host }, index) => ({
          protocol: "tcp",
          address: "127.0.0.1",
          port: host,
          target: { address: inner[index]?.address ?? "", port: inner[index]?.port ?? 0 },
        })),
        ...(gateway === undefined ? {} : { helper: gatewayCommand(gateway, inner) }),
      }),
      { stdio: ["inherit", "inherit", "inherit", configuration] },
    );
    const kill = () => child.kill("SIGTERM");
    signal.addEventListener("abort", kill, { once: true });
    const status = await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? 1));
    });
    signal.throwIfAborted();
    return status;
  } finally {
    closeSync(configuration);
  }
}

/** A file that has lost its name: what is in it may be secret. */
function openConfiguration(text: string): number {
  const path = join(tmpdir(), `unikernel-config-${process.pid}`);
  const descriptor = openSync(path, "wx+", 0o600);
  try {
    rmSync(path);
    writeFileSync(descriptor, text);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
