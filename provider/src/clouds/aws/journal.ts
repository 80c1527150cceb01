// Which blocks of an unfinished snapshot have arrived. Amazon does not tell of a snapshot that is
// not complete, so it is written down here; without it everything is sent once more.
import { appendFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

export class UploadJournal {
  readonly #directory: string;

  constructor(home: string) {
    this.#directory = join(home, "uploads", "aws");
  }

  /** The hashes of the blocks that arrived, by their index. */
  read(id: string): ReadonlyMap<number, string> {
    try {
      const text = readFileSync(this.#path(id), "utf8");
      const lines = [...text.matchAll(/^(\d+) ([0-9a-f]{64})\n/gm)];
      return new Map(lines.map(([, index, hash = ""]) => [Number(index), hash]));
    } catch {
      return new Map();
    }
  }

  add(id: string, index: number, hash: string): void {
    mkdirSync(dirname(this.#path(id)), { recursive: true });
    appendFileSync(this.#path(id), `${index} ${hash}\n`);
  }

  forget(id: string): void {
    rmSync(this.#path(id), { force: true });
  }

  #path(id: string): string {
    return join(this.#directory, id);
  }
}
