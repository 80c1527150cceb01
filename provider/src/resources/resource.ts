// What a resource type is to the server: its schema and one function per step of its life.
// A resource sees plain values (values.ts), never protobufs.
import type { PropertyMap, PropertyValue } from "../values.ts";

export interface CheckFailure {
  /** Property path as Pulumi prints it, e.g. `ports[0].host`. */
  readonly property: string;
  readonly reason: string;
}

/** What was said of the provider once, for all resources; see settings.ts. */
export interface Settings {
  readonly driver?: PropertyValue;
  readonly accelerator?: string;
  readonly store?: string;
  readonly parallelism?: number;
}

/** What the server lends to every call. */
export interface CallContext {
  /** Aborted by Cancel and when the engine goes away. */
  readonly signal: AbortSignal;
  /** Urn of the resource, for messages and records. */
  readonly urn: string;
  /** Absent: none were made. */
  readonly settings?: Settings;
  /** A line in the resource's own row of Pulumi's display, replaced by the next. */
  status(message: string): void;
  /** A diagnostic that stays. Never pass a secret. */
  log(severity: "debug" | "info" | "warning" | "error", message: string): void;
}

export type PropertyChange =
  | "add"
  | "delete"
  | "update"
  | "add-replace"
  | "delete-replace"
  | "update-replace";

export interface DiffResult {
  /** Keys are property paths. Empty: no change. */
  readonly changes: Readonly<
    Record<string, { readonly kind: PropertyChange; readonly inputDiff: boolean }>
  >;
  /** Outputs that stay as they are through this update, so that they stay known downstream. */
  readonly stables: readonly string[];
  readonly deleteBeforeReplace?: boolean;
  /** Asks for an update although no property changes, e.g. to make again what is missing here. */
  readonly needsUpdate?: boolean;
}

export interface CreateResult {
  readonly id: string;
  readonly state: PropertyMap;
}

/** Thrown when something exists although the step failed: the engine records id and state. */
export class PartialFailure extends Error {
  readonly id: string;
  readonly state: PropertyMap;
  constructor(message: string, id: string, state: PropertyMap) {
    super(message);
    this.name = "PartialFailure";
    this.id = id;
    this.state = state;
  }
}

export interface Resource {
  /** E.g. `unikernel:index:Image`. */
  readonly token: string;
  /** Its entry under `resources` in the package schema. */
  readonly schema: object;
  /** Entries under `types` in the package schema, by token. */
  readonly types?: Readonly<Record<string, object>>;

  /** Validates everything at once and fills in defaults. Changes nothing. */
  check(
    context: CallContext,
    request: {
      readonly olds: PropertyMap;
      readonly news: PropertyMap;
      /** Stable for this resource's whole life; for ids and names. */
      readonly randomSeed: Uint8Array;
    },
  ): Promise<{ readonly inputs: PropertyMap; readonly failures: readonly CheckFailure[] }>;

  /** Compares; `olds` are the old inputs, `state` the old outputs, `news` checked inputs in
   * which the server has already put back what `ignoreChanges` names. */
  diff(
    context: CallContext,
    request: {
      readonly id: string;
      readonly olds: PropertyMap;
      readonly state: PropertyMap;
      readonly news: PropertyMap;
    },
  ): Promise<DiffResult>;

  create(
    context: CallContext,
    request: {
      readonly inputs: PropertyMap;
      readonly preview: boolean;
      readonly timeoutSeconds: number;
    },
  ): Promise<CreateResult>;

  /** null: it does not exist (any more). `inputs` and `state` are empty on import. */
  read(
    context: CallContext,
    request: { readonly id: string; readonly inputs: PropertyMap; readonly state: PropertyMap },
  ): Promise<{ readonly inputs: PropertyMap; readonly state: PropertyMap } | null>;

  update(
    context: CallContext,
    request: {
      readonly id: string;
      readonly olds: PropertyMap;
      readonly state: PropertyMap;
      readonly news: PropertyMap;
      readonly preview: boolean;
      readonly timeoutSeconds: number;
    },
  ): Promise<PropertyMap>;

  /** Succeeds when it is already gone. */
  delete(
    context: CallContext,
    request: { readonly id: string; readonly state: PropertyMap; readonly timeoutSeconds: number },
  ): Promise<void>;
}
