// `npm run env`: shell lines that let `pulumi` be typed by hand in the repository's root:
//   eval "$(npm run -s env)"
import { setUp } from "../steps/index.ts";
import {
  prepareBackend,
  pulumiEnvironment,
  pulumiVariables,
  variablesToUnset,
} from "../support/environment.ts";
import { selectStack } from "../support/stack.ts";
import type { Command } from "./command.ts";

export function shellLines(
  variables: Readonly<Record<string, string>>,
  unset: readonly string[],
): string[] {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  return [
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}`),
    ...(unset.length > 0 ? [`unset ${unset.join(" ")}`] : []),
  ];
}

export const env: Command = {
  help: 'prints shell lines for typing `pulumi` by hand: eval "$(npm run -s env)"',
  async run() {
    await setUp();
    await prepareBackend();
    await selectStack(await pulumiEnvironment());
    const unset = variablesToUnset.filter((name) => process.env[name] !== undefined);
    console.log(shellLines(await pulumiVariables(), unset).join("\n"));
    return 0;
  },
};
