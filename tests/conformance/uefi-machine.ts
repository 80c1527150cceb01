// A machine with UEFI firmware (OVMF) and nothing but a disk to start from.
import { spawn } from "node:child_process";
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "./temporary.ts";

const FIRMWARE = "/usr/share/OVMF/OVMF_CODE_4M.fd";
const VARIABLES = "/usr/share/OVMF/OVMF_VARS_4M.fd";

/** What of the firmware is not there; root gets it with the set-up. */
export const uefiMissing = [FIRMWARE, VARIABLES].filter((file) => !existsSync(file));

export interface UefiMachine {
  /** What it has written so far. */
  console(): string;
  /** QEMU's status once it is switched off; null: not in time. */
  ended(timeoutMs: number): Promise<number | null>;
  kill(): void;
}

/** `devices` put the drive "disk" where the machine finds it. */
export function startUefiMachine(
  disk: string,
  type: string,
  devices: readonly string[],
): UefiMachine {
  const variables = join(temporaryDirectory(), "variables.fd");
  copyFileSync(VARIABLES, variables);
  const format = disk.endsWith("qcow2") ? "qcow2" : "raw";
  const machine = spawn("qemu-system-x86_64", [
    ...["-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio"],
    ...["-machine", type, "-accel", "tcg", "-cpu", "max", "-m", "128M"],
    ...["-drive", `if=pflash,format=raw,readonly=on,file=${FIRMWARE}`],
    ...["-drive", `if=pflash,format=raw,file=${variables}`],
    ...["-drive", `if=none,id=disk,format=${format},file=${disk}`],
    ...devices,
  ]);
  let output = "";
  for (const stream of [machine.stdout, machine.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const closed = new Promise<number | null>((resolve) => machine.on("close", resolve));
  const kill = () => machine.kill("SIGKILL");
  return {
    console: () => output,
    kill,
    async ended(timeoutMs) {
      const limit = setTimeout(kill, timeoutMs);
      const status = await closed;
      clearTimeout(limit);
      return status;
    },
  };
}
