// The steps of the set-up, in order: later ones use what earlier ones brought.
import { cloudStorageStep } from "./cloud-storage.ts";
import { compilerStep } from "./compiler.ts";
import { npmStep } from "./npm.ts";
import { pulumiStep } from "./pulumi.ts";
import type { Step } from "./step.ts";
import { systemForTestsStep, systemStep } from "./system.ts";
import { xenStep } from "./xen.ts";

const steps: readonly Step[] = [systemStep, npmStep, compilerStep, pulumiStep];

export async function setUp(): Promise<void> {
  for (const step of steps) await step.run();
}

export async function setUpForTests(): Promise<void> {
  await setUp();
  await systemForTestsStep.run();
  await xenStep.run();
  await cloudStorageStep.run();
}
