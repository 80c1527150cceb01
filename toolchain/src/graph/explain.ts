// Why an action ran: its inputs by name, compared with those of its last run.

/** Names begin with what they are: `header lib/base/base.h`, `option LWIP_TCP_WND`, `source`. */
export type Inputs = Readonly<Record<string, string>>;

/** One reason per phrase; of many objects, how many. */
export function explainRun(before: Inputs | undefined, now: Inputs): string[] {
  if (!before) return ["never built before"];
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const changed = names.filter((name) => before[name] !== now[name]).sort();
  if (changed.length === 0) return ["its result was no longer in the store"];
  const isObject = (name: string) => /^(object|archive) /.test(name);
  const reasons = changed
    .filter((name) => !isObject(name))
    .map((name) => phrase(name, before[name], now[name]));
  for (const kind of ["object", "archive"]) {
    const objects = changed.filter((name) => name.startsWith(`${kind} `));
    if (objects.length > 0) reasons.push(counted(kind, objects, before, now));
  }
  return reasons;
}

function phrase(name: string, before: string | undefined, now: string | undefined): string {
  const [kind = "", ...rest] = name.split(" ");
  const what = rest.join(" ");
  if (kind === "source") return "its source changed";
  if (kind === "option") return `${what} ${before ?? "off"} → ${now ?? "off"}`;
  if (kind !== "header") return `the ${name} changed`;
  if (before === undefined) return `it now includes ${what}`;
  return now === undefined ? `it no longer includes ${what}` : `${what} changed`;
}

/** `1 object changed (app/main.c), 2 objects added (…)`. */
function counted(kind: string, names: readonly string[], before: Inputs, now: Inputs): string {
  const added = names.filter((name) => before[name] === undefined);
  const removed = names.filter((name) => now[name] === undefined);
  const edited = names.filter((name) => !added.includes(name) && !removed.includes(name));
  return [told(kind, edited, "changed"), told(kind, added, "added"), told(kind, removed, "removed")]
    .filter((text) => text !== "")
    .join(", ");
}

function told(kind: string, names: readonly string[], verb: string): string {
  if (names.length === 0) return "";
  const few = names.length <= 3 ? ` (${names.map(withoutKind).join(", ")})` : "";
  return `${names.length} ${kind}${names.length === 1 ? "" : "s"} ${verb}${few}`;
}

function withoutKind(name: string): string {
  return name.slice(name.indexOf(" ") + 1);
}
