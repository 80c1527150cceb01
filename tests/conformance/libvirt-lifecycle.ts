// What lifecycle-app does on every libvirt host: one guest handles the request to end, another one
// answers what is typed on its console.
import { expect } from "vitest";
import type { GuestSpec } from "../../provider/src/drivers/driver.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import type { LibvirtHome } from "./libvirt-driver-home.ts";

const never = new AbortController().signal;

export async function askedAndTypedTo(
  home: LibvirtHome,
  changes: Partial<GuestSpec>,
  patience: { readonly everyMs: number; readonly timeoutMs: number },
): Promise<void> {
  const asked = await home.spec({}, { ...changes, args: ["handle"] });
  const typed = await home.spec({}, { ...changes, args: ["echo"] });
  for (const spec of [asked, typed]) await home.driver.apply(spec, never);
  const shows = (id: string, line: string) =>
    poll(async () => {
      const lines = await home.driver.consoleTail(id, 50);
      return lines.includes(line) ? true : undefined;
    }, patience);
  for (const { id } of [asked, typed]) expect(await shows(id, "ready")).toBe(true);
  const console = await home.driver.openConsole(typed.id);
  console.write("hello\n");
  expect(await shows(typed.id, "you said: hello")).toBe(true);
  console.destroy();
  await home.driver.stop(asked.id);
  expect(await home.driver.status(asked.id)).toMatchObject({ state: "stopped", exitStatus: 7 });
  expect(await shows(asked.id, "handled")).toBe(true);
}
