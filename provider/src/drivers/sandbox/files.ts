// Where a sandboxed guest's files are: one directory, named by its id, that nobody else may enter.
import { join } from "node:path";
import { recordFiles } from "../guest-record.ts";
import { type SupervisedFiles, supervisedFiles } from "../supervisor.ts";

export interface SandboxFiles extends SupervisedFiles {
  /** The program that confines it; its own name for it, since the store may give up its. */
  readonly tender: string;
  /** The program that is its network, as well. */
  readonly gateway: string;
  /** What the tender and the gateway had to say. */
  readonly tenderLog: string;
  readonly control: string;
  /** How the guest ended, written by the tender. */
  readonly exit: string;
}

/** As the tender sees them, whose working directory is the guest's: a socket's path is short. */
export const RELATIVE = { control: "control.sock", exit: "exit", gateway: "gateway" } as const;

export function sandboxFiles(home: string, id: string): SandboxFiles {
  const files = supervisedFiles(recordFiles(home, id));
  return {
    ...files,
    tender: join(files.directory, "tender"),
    gateway: join(files.directory, RELATIVE.gateway),
    tenderLog: join(files.directory, "tender.log"),
    control: join(files.directory, RELATIVE.control),
    exit: join(files.directory, RELATIVE.exit),
  };
}
