// structuredClone.
import { Blob } from "./blob.ts";
import { DOMException } from "./events.ts";

const errors: Readonly<Record<string, ErrorConstructor>> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

export function structuredClone<Value>(value: Value): Value {
  return cloneValue(value, new Map()) as Value;
}

function cloneValue(value: unknown, known: Map<object, object>): unknown {
  if (typeof value === "symbol" || typeof value === "function") throw refused(value);
  if (typeof value !== "object" || value === null) return value;
  const earlier = known.get(value);
  if (earlier) return earlier;
  const note = <Copy extends object>(copy: Copy): Copy => {
    known.set(value, copy);
    return copy;
  };
  if (value instanceof Boolean || value instanceof Number || value instanceof String) {
    return note(Object(value.valueOf()));
  }
  if (value instanceof Date) return note(new Date(value));
  if (value instanceof RegExp) return note(new RegExp(value.source, value.flags));
  if (value instanceof Blob) return note(value);
  if (value instanceof ArrayBuffer) return note(value.slice(0));
  if (ArrayBuffer.isView(value)) return note(cloneView(value, known));
  if (value instanceof Map) {
    const copy = note(new Map());
    for (const [key, one] of value) copy.set(cloneValue(key, known), cloneValue(one, known));
    return copy;
  }
  if (value instanceof Set) {
    const copy = note(new Set());
    for (const one of value) copy.add(cloneValue(one, known));
    return copy;
  }
  if (value instanceof Error) return cloneError(value, known, note);
  if (value instanceof WeakMap || value instanceof WeakSet || value instanceof Promise) {
    throw refused(value);
  }
  const copy = note(Array.isArray(value) ? new Array(value.length) : {}) as Record<string, unknown>;
  for (const key of Object.keys(value)) {
    copy[key] = cloneValue((value as Record<string, unknown>)[key], known);
  }
  return copy;
}

function cloneView(view: ArrayBufferView, known: Map<object, object>): ArrayBufferView {
  const buffer = cloneValue(view.buffer, known);
  const Kind = view.constructor as new (
    buffer: unknown,
    offset: number,
    length: number,
  ) => ArrayBufferView;
  const length = view instanceof DataView ? view.byteLength : (view as Uint8Array).length;
  return new Kind(buffer, view.byteOffset, length);
}

function cloneError(error: Error, known: Map<object, object>, note: (copy: Error) => Error): Error {
  const copy = note(new (errors[error.name] ?? Error)(error.message));
  if (typeof error.stack === "string") copy.stack = error.stack;
  if ("cause" in error) copy.cause = cloneValue(error.cause, known);
  return copy;
}

function refused(value: unknown): DOMException {
  return new DOMException(`${String(value)} could not be cloned.`, "DataCloneError");
}
