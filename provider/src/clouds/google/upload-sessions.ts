// Uploads that have begun, so that one that was cut short goes on where it was. Whoever knows an
// upload's address may go on with it: the files are this user's alone.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export class UploadSessions {
  readonly #directory: string;

  constructor(home: string) {
    this.#directory = join(home, "uploads", "google");
  }

  read(key: string): string | undefined {
    try {
      return readFileSync(this.#path(key), "utf8") || undefined;
    } catch {
      return undefined;
    }
  }

  write(key: string, url: string): void {
    mkdirSync(dirname(this.#path(key)), { recursive: true, mode: 0o700 });
    writeFileSync(this.#path(key), url, { mode: 0o600 });
  }

  forget(key: string): void {
    rmSync(this.#path(key), { force: true });
  }

  #path(key: string): string {
    return join(this.#directory, createHash("sha256").update(key).digest("hex"));
  }
}
