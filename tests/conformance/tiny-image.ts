// Guests of the library OS whose behaviour is written into their image, for tests of what runs
// guests of other platforms than machine instructions alone can serve.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildImage, openStore, type Platform, planImage } from "../../toolchain/src/index.ts";
import type { TinyGuest } from "./qemu-driver-guest.ts";

const MARK = "@BEHAVIOUR@";

export async function tinyImage(guest: TinyGuest, platform: Platform): Promise<Buffer> {
  const plan = await planImage({
    app: fileURLToPath(new URL("sandbox-app", import.meta.url)),
    libraries: ["plat"],
    options: {},
    optimize: "size",
    platform,
    architecture: "x86_64",
  });
  const image = Buffer.from(readFileSync((await buildImage(plan, openStore())).path));
  const text = guest.text ?? "";
  // Every status reaches the host there, so none has to be announced on the console.
  const announced = /^\[unikernel\] exit (\d+)$/m.exec(text)?.[1];
  const status = announced === undefined ? guest.exit : Number(announced);
  const flags = [guest.showConfiguration ? "c" : "-", status === undefined ? "-" : "x"].join("");
  const behaviour = Buffer.concat([Buffer.from(flags), Buffer.from([status ?? 0])]);
  Buffer.concat([behaviour, Buffer.from(`${text}\0`)]).copy(image, image.indexOf(MARK));
  return image;
}
