// Compares versions such as "v3.250.0" and "go1.26.8"; what follows the numbers is ignored.

export function versionNumbers(text: string): readonly number[] | undefined {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  if (match === null) return undefined;
  return [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

export function isAtLeast(text: string, minimum: string): boolean {
  const actual = versionNumbers(text);
  const required = versionNumbers(minimum);
  if (actual === undefined || required === undefined) return false;
  for (const [index, number] of required.entries()) {
    const difference = (actual[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
