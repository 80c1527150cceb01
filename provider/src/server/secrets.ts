// Keeps secrets secret: simplifies what the engine sends, marks results whose inputs were secret,
// and takes secrets out of messages.
import {
  containsSecret,
  isPropertyList,
  isPropertyMap,
  mapElements,
  Output,
  type PropertyMap,
  type PropertyValue,
  Secret,
  Unknown,
} from "../values.ts";

/** Shorter secrets are not taken out of messages: every other word would match. */
const SHORTEST_REDACTED_LENGTH = 3;
/** A string of a result that contains a secret at least this long becomes secret itself. */
const SHORTEST_TAINTING_LENGTH = 8;

/** Output values as what resources expect: the value, Unknown, or a secret of either. */
export function resolveOutputs(value: PropertyValue): PropertyValue {
  if (value instanceof Output) {
    const inner = value.value === undefined ? Unknown.instance : resolveOutputs(value.value);
    return value.secret ? new Secret(inner) : inner;
  }
  if (value instanceof Secret) return new Secret(resolveOutputs(value.value));
  return mapElements(value, resolveOutputs);
}

export function resolveOutputsInMap(map: PropertyMap): PropertyMap {
  return resolveOutputs(map) as PropertyMap;
}

/** Marks as secret every property of `result` that is secret in `source`. Where the two have
 * different shapes, the nearest value around the secret becomes secret as a whole. */
export function markSecrets(source: PropertyValue, result: PropertyValue): PropertyValue {
  if (result instanceof Secret) return result;
  if (source instanceof Secret) return new Secret(result);
  if (!containsSecret(source)) return result;
  if (isPropertyMap(source) && isPropertyMap(result)) return markSecretsInMap(source, result);
  if (isPropertyList(source) && isPropertyList(result) && source.length === result.length) {
    return result.map((element, index) => markSecrets(source[index] ?? null, element));
  }
  return new Secret(result);
}

export function markSecretsInMap(source: PropertyMap, result: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(result).map(([key, value]) => [
      key,
      Object.hasOwn(source, key) ? markSecrets(source[key] ?? null, value) : value,
    ]),
  );
}

/** Every non-empty string that stands inside a secret of the given values. */
export function secretStrings(...values: readonly PropertyValue[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const value of values) collect(value, false, found);
  return found;
}

function collect(value: PropertyValue, secret: boolean, found: Set<string>): void {
  if (value instanceof Secret) collect(value.value, true, found);
  else if (value instanceof Output) collect(value.value ?? null, secret || value.secret, found);
  else if (typeof value === "string") {
    if (secret && value !== "") found.add(value);
  } else if (typeof value === "number") {
    if (secret) found.add(String(value));
  } else if (isPropertyList(value)) {
    for (const element of value) collect(element, secret, found);
  } else if (isPropertyMap(value)) {
    for (const item of Object.values(value)) collect(item, secret, found);
  }
}

/** The text with every secret replaced, the longest first, so that no tail of one remains. */
export function redact(text: string, secrets: ReadonlySet<string>): string {
  const long = [...secrets]
    .filter((secret) => secret.length >= SHORTEST_REDACTED_LENGTH)
    .sort((a, b) => b.length - a.length);
  return long.reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text);
}

/** Makes secret what contains a secret: a console that printed a password, for instance. */
export function taint(value: PropertyValue, secrets: ReadonlySet<string>): PropertyValue {
  const long = [...secrets].filter((secret) => secret.length >= SHORTEST_TAINTING_LENGTH);
  if (long.length === 0) return value;
  const visit = (inner: PropertyValue): PropertyValue => {
    if (inner instanceof Secret) return inner;
    if (typeof inner === "string") {
      return long.some((secret) => inner.includes(secret)) ? new Secret(inner) : inner;
    }
    return mapElements(inner, visit);
  };
  return visit(value);
}

/** A state as it may leave the provider: secrets of `sources` are secret in it. */
export function protectState(state: PropertyMap, ...sources: readonly PropertyMap[]): PropertyMap {
  const marked = sources.reduce((map, source) => markSecretsInMap(source, map), state);
  return taint(marked, secretStrings(...sources)) as PropertyMap;
}
