// Finds QEMU, or says how to get it.
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";

export const QEMU = "qemu-system-x86_64";

/** Its path, or undefined when it is not on PATH. */
export async function findExecutable(
  name: string = QEMU,
  path: string = process.env.PATH ?? "",
): Promise<string | undefined> {
  for (const directory of path.split(delimiter)) {
    if (directory === "") continue;
    const candidate = join(directory, name);
    const isThere = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return candidate;
  }
  return undefined;
}

export const MISSING_QEMU =
  `${QEMU} is not on PATH. Install it: ` +
  "`apt-get install qemu-system-x86` (Debian, Ubuntu), " +
  "`dnf install qemu-system-x86-core` (Fedora), `pacman -S qemu-system-x86` (Arch), " +
  "`brew install qemu` (macOS)";
