// Dispatches `npm run` commands. Runs before any package is installed: Node's own modules only,
// everything else is imported once the set-up has brought it.
import { commands } from "./commands/index.ts";
import { StepError } from "./support/errors.ts";

const [name, ...commandArguments] = process.argv.slice(2);
const command = name === undefined ? undefined : commands[name];
if (command === undefined) {
  console.error(`usage: sh scripts/run COMMAND [ARGUMENT...]`);
  for (const [known, { help }] of Object.entries(commands)) {
    console.error(`  ${known.padEnd(8)}${help}`);
  }
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await command.run(commandArguments);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
