// Pulumi's function serialisation, with the values of captured outputs left out of the text: they
// are the guest's configuration, so that the text is known in preview, is the same in every stack,
// and holds no secret.
import { AsyncLocalStorage } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";

export interface SerializedFunction {
  /** A CommonJS module that exports the function as `handler`. */
  readonly text: string;
  /** The captured outputs as JSON, by the names of the environment variables that the text reads. */
  readonly environment: Readonly<Record<string, pulumi.Output<string>>>;
}

/** Whether what asks for an output's value is the serialisation of a function. */
const serializing = new AsyncLocalStorage<boolean>();

// biome-ignore lint/complexity/noBannedTypes: Pulumi's own declaration takes any function
export async function serializeFunction(handler: Function): Promise<SerializedFunction> {
  const outputs: pulumi.Output<unknown>[] = [];
  const restores: (() => void)[] = [];
  const note = (value: unknown): boolean => {
    if (pulumi.Output.isInstance(value) && !outputs.includes(value)) {
      restores.push(substitute(value, placeholder(outputs.length)));
      outputs.push(value);
    }
    return true;
  };
  try {
    // Secrets are allowed since no output's value gets into the text.
    const { text } = await serializing.run(true, () =>
      pulumi.runtime.serializeFunction(handler, { serialize: note, allowSecrets: true }),
    );
    const environment = outputs.map(
      (output, index) => [variable(index), pulumi.jsonStringify(output)] as const,
    );
    return {
      text: withVariables(text, outputs.length),
      environment: Object.fromEntries(environment),
    };
  } finally {
    for (const restore of restores) restore();
  }
}

/** Has the serialisation, and nobody else, see a text in the place of an output's value. */
function substitute(output: pulumi.Output<unknown>, text: string): () => void {
  const hidden = output as unknown as { promise: (withUnknowns?: boolean) => Promise<unknown> };
  const real = hidden.promise;
  hidden.promise = (withUnknowns) =>
    serializing.getStore() ? Promise.resolve(text) : real.call(output, withUnknowns);
  return () => {
    hidden.promise = real;
  };
}

function placeholder(index: number): string {
  return `pulumi-unikernel: captured output ${index}`;
}

function variable(index: number): string {
  return `CAPTURED_OUTPUT_${index}`;
}

function withVariables(text: string, count: number): string {
  let result = text;
  for (let index = 0; index < count; index++) {
    const literal = JSON.stringify(placeholder(index));
    result = result.replaceAll(literal, `JSON.parse(process.env.${variable(index)})`);
  }
  return result;
}
