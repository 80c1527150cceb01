// What guests are called in networks: one label of a DNS name.

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export function isGuestName(name: string): boolean {
  return LABEL.test(name);
}

/** The name of a resource as far as it can be one: lower case, hyphens for what cannot be. */
export function guestName(resourceName: string): string {
  const label = resourceName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, 63)
    .replace(/-+$/, "");
  return label === "" ? "guest" : label;
}
