// What the engine reports of an operation, from its event log (one JSON object per line).

export interface PropertyDiff {
  readonly diffKind: string;
  readonly inputDiff: boolean;
}

export interface ResourceState {
  readonly id?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly old: ResourceState | null;
  readonly new: ResourceState | null;
  readonly detailedDiff: Readonly<Record<string, PropertyDiff>> | null;
}

export interface Diagnostic {
  readonly urn: string;
  readonly severity: string;
  readonly message: string;
}

export interface Events {
  /** One per resource and operation, in order, as announced. */
  readonly steps: readonly Step[];
  /** The same after they were done; in preview with the values known so far. */
  readonly done: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
}

interface StepMetadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly old: ResourceState | null;
  readonly new: ResourceState | null;
  readonly detailedDiff: Step["detailedDiff"];
}
interface RawEvent {
  readonly resourcePreEvent?: { readonly metadata: StepMetadata };
  readonly resOutputsEvent?: { readonly metadata: StepMetadata };
  readonly diagnosticEvent?: {
    readonly urn?: string;
    readonly severity: string;
    readonly message: string;
  };
}

export function parseEvents(log: string): Events {
  const steps: Step[] = [];
  const done: Step[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const line of log.split("\n")) {
    if (line.trim() === "") continue;
    const event = JSON.parse(line) as RawEvent;
    if (event.resourcePreEvent) steps.push(named(event.resourcePreEvent.metadata));
    if (event.resOutputsEvent) done.push(named(event.resOutputsEvent.metadata));
    if (event.diagnosticEvent && event.diagnosticEvent.severity !== "debug") {
      const { urn = "", severity, message } = event.diagnosticEvent;
      diagnostics.push({ urn, severity, message });
    }
  }
  return { steps, done, diagnostics };
}

function named(metadata: StepMetadata): Step {
  return { ...metadata, name: metadata.urn.slice(metadata.urn.lastIndexOf("::") + 2) };
}

/** `["update Image web", …]` without stacks, providers and what stays the same; of our own types
 * unless told otherwise. */
export function changesIn(events: Events, types = /^unikernel:/): string[] {
  return events.steps
    .filter(({ op, type }) => op !== "same" && op !== "read" && types.test(type))
    .map(({ op, type, name }) => `${op} ${type.split(":").at(-1)} ${name}`);
}

export function stepOf(events: Events, type: string, op?: string): Step | undefined {
  return events.steps.find(
    (step) => step.type === `unikernel:index:${type}` && (op === undefined || step.op === op),
  );
}

/** What became of a resource: the last report of it. */
export function resultOf(events: Events, type: string): Step | undefined {
  return events.done.findLast((step) => step.type === `unikernel:index:${type}`);
}

/** Errors as a user reads them. */
export function errorsIn(events: Events): string {
  return events.diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ message }) => message)
    .join("\n");
}
