// Where a sandboxed guest's files are: one directory, named by its id, that nobody else may enter.
import { join } from "node:path";
import { type RecordFiles, recordFiles } from "../guest-record.ts";

export interface SandboxFiles extends RecordFiles {
  readonly consoleLog: string;
  /** What the tender and passt had to say. */
  readonly tenderLog: string;
  readonly control: string;
  /** How the guest ended, written by the tender. */
  readonly exit: string;
}

/** As the tender sees them, whose working directory is the guest's: a socket's path is short. */
export const RELATIVE = { control: "control.sock", exit: "exit" } as const;

export function sandboxFiles(home: string, id: string): SandboxFiles {
  const files = recordFiles(home, id);
  return {
    ...files,
    consoleLog: join(files.directory, "console.log"),
    tenderLog: join(files.directory, "tender.log"),
    control: join(files.directory, RELATIVE.control),
    exit: join(files.directory, RELATIVE.exit),
  };
}
