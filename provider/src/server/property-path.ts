// Property paths as Pulumi writes them: `a.b`, `a[0]`, `a["key with.dots"]`, `a[*]`, `a.*`. And what
// `ignoreChanges` does with them: putting back old values.
import {
  isPropertyList,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  Secret,
} from "../values.ts";

export type PropertyPath = readonly (string | number)[];

/** null: not a path. The string "*" matches every element. */
export function parsePropertyPath(text: string): PropertyPath | null {
  const path: (string | number)[] = [];
  let rest = text;
  while (rest !== "") {
    const name = /^\.?([^.[\]"]+)/.exec(rest);
    const index = /^\.?\[(\d+)\]/.exec(rest);
    const every = /^\.?\[\*\]/.exec(rest);
    const quoted = /^\.?\["((?:[^"\\]|\\.)*)"\]/.exec(rest);
    const match = quoted ?? index ?? every ?? name;
    if (match === null || (path.length === 0 && rest.startsWith("."))) return null;
    if (match === quoted) path.push((match[1] ?? "").replace(/\\(.)/g, "$1"));
    else if (match === index) path.push(Number(match[1]));
    else path.push(match === every ? "*" : (match[1] ?? ""));
    rest = rest.slice(match[0].length);
  }
  return path;
}

/** `news` with the old values put back where `ignored` paths lead; a property the old inputs lack
 * is removed. A path that leads nowhere, or across lists of different lengths, changes nothing. */
export function ignoreChanges(
  olds: PropertyMap,
  news: PropertyMap,
  ignored: readonly string[],
): PropertyMap {
  let result: PropertyValue = news;
  for (const text of ignored) {
    const path = parsePropertyPath(text);
    if (path !== null && path.length > 0) result = putBack(olds, result, path);
  }
  return result as PropertyMap;
}

/** Marks "there is no such property". */
const ABSENT = Symbol("absent");
type Slot = PropertyValue | typeof ABSENT;

function putBack(old: PropertyValue, value: PropertyValue, path: PropertyPath): PropertyValue {
  const result = putBackSlot(old, value, path);
  return result === ABSENT ? value : result;
}

function putBackSlot(old: Slot, value: Slot, path: PropertyPath): Slot {
  const [key, ...rest] = path;
  if (key === undefined) return old;
  // Secrets on the way are looked through; what comes out of an old one stays secret.
  if (old instanceof Secret) {
    if (value instanceof Secret) return new Secret(putBack(old.value, value.value, path));
    return putBackSlot(secretElements(old.value), value, path);
  }
  if (value instanceof Secret) {
    return old === ABSENT ? value : new Secret(putBack(old, value.value, path));
  }
  if (value === ABSENT) return ABSENT;
  if (isPropertyList(value)) return putBackInList(old, value, key, rest);
  if (isPropertyMap(value)) return putBackInMap(old, value, key, rest);
  return value;
}

function secretElements(value: PropertyValue): PropertyValue {
  if (isPropertyList(value)) return value.map((element) => new Secret(element));
  if (!isPropertyMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([k, item]) => [k, new Secret(item)]));
}

function putBackInList(
  old: Slot,
  value: readonly PropertyValue[],
  key: string | number,
  rest: PropertyPath,
): PropertyValue {
  if (old === ABSENT || !isPropertyList(old)) return value;
  // Elements are matched by position; one that only one side has cannot be put back.
  return value.map((element, index) => {
    const before = old[index];
    if (before === undefined || (key !== "*" && key !== index)) return element;
    const result = putBackSlot(before, element, rest);
    return result === ABSENT ? element : result;
  });
}

function putBackInMap(
  old: Slot,
  value: PropertyMap,
  key: string | number,
  rest: PropertyPath,
): PropertyValue {
  const before = old !== ABSENT && isPropertyMap(old) ? old : undefined;
  if (key === "*" && before === undefined) return value;
  const keys =
    key === "*" ? new Set([...Object.keys(value), ...Object.keys(before ?? {})]) : [String(key)];
  const result = new Map(Object.entries(value));
  for (const name of keys) {
    const slot = (map: PropertyMap | undefined): Slot =>
      map !== undefined && Object.hasOwn(map, name) ? (map[name] ?? null) : ABSENT;
    const changed = putBackSlot(slot(before), slot(value), rest);
    if (changed === ABSENT) result.delete(name);
    else result.set(name, changed);
  }
  return Object.fromEntries(result);
}
