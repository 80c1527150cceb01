// The guests that commands speak of: those of every driver on this machine, and of libvirt hosts
// that are named.
import { type Command, parseCommandLine, UsageError } from "@pulumi-unikernel/toolchain/command";
import { nearestName } from "@pulumi-unikernel/toolchain/nearest";
import type { Driver, GuestSummary } from "../drivers/driver.ts";
import { machine } from "../resources/guest-machine.ts";

export type { Command };
export { parseCommandLine, UsageError };

export interface FoundGuest extends GuestSummary {
  readonly driver: Driver;
  /** The name of its resource, or its id where nobody knows one. */
  readonly name: string;
}

/** What commands about guests have in common. */
export const HOST_OPTIONS = { libvirt: { type: "string", multiple: true } } as const;
export const HOST_HELP =
  "  --libvirt URI       also the guests of this libvirt host; may be repeated";

/** Every guest, by name. */
export async function findGuests(uris: readonly string[] = []): Promise<FoundGuest[]> {
  const selections = [
    { name: "qemu" },
    { name: "sandbox" },
    ...uris.map((uri) => ({ name: "libvirt", uri })),
  ];
  const found = await Promise.all(
    selections.map(async (selection) => {
      const driver = await machine.driver(selection);
      const guests = await driver.guests();
      return guests.map((guest) => ({ ...guest, driver, name: resourceName(guest) }));
    }),
  );
  return found.flat().sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The one that is meant; an error lists the candidates. */
export function chooseGuest<Guest extends Pick<FoundGuest, "id" | "name">>(
  guests: readonly Guest[],
  text: string,
): Guest {
  const exact = guests.filter(({ id, name }) => id === text || name === text);
  const candidates = exact.length > 0 ? exact : guests.filter(({ id }) => id.startsWith(text));
  const [only, another] = candidates;
  if (only !== undefined && another === undefined) return only;
  if (only !== undefined) {
    throw new Error(`"${text}" could be each of these; say its id:\n${listed(candidates)}`);
  }
  if (guests.length === 0) throw new Error(`there is no guest "${text}": no guest runs here`);
  const nearest = nearestName(text, [...new Set(guests.map(({ name }) => name))]);
  const hint = nearest ? `; did you mean "${nearest}"?` : ".";
  throw new Error(`there is no guest "${text}"${hint} There are:\n${listed(guests)}`);
}

function listed(guests: readonly Pick<FoundGuest, "id" | "name">[]): string {
  return guests.map(({ id, name }) => `  ${name}  ${id}`).join("\n");
}

/** From the URN that its owner begins with. */
export function resourceName({ id, owner }: Pick<GuestSummary, "id" | "owner">): string {
  const urn = /^urn:pulumi:\S*$/.exec(owner.split(" of ")[0] ?? "")?.[0];
  return urn?.split("::").slice(3).join("::") || id;
}
