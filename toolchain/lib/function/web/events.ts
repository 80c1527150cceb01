// Event, EventTarget, AbortController and AbortSignal, DOMException.
import { setTimeout } from "./timers.ts";

const codes: Readonly<Record<string, number>> = {
  NotSupportedError: 9,
  InvalidStateError: 11,
  SyntaxError: 12,
  InvalidAccessError: 15,
  NetworkError: 19,
  AbortError: 20,
  QuotaExceededError: 22,
  TimeoutError: 23,
  DataCloneError: 25,
};

export class DOMException extends Error {
  readonly code: number;

  constructor(message = "", name: string | { name?: string; cause?: unknown } = "Error") {
    const options = typeof name === "object" ? name : { name };
    super(String(message), "cause" in options ? { cause: options.cause } : undefined);
    Object.defineProperty(this, "name", { value: options.name ?? "Error", configurable: true });
    this.code = codes[this.name] ?? 0;
  }
}

interface EventInit {
  readonly cancelable?: boolean;
  readonly bubbles?: boolean;
}

export class Event {
  readonly type: string;
  readonly cancelable: boolean;
  readonly bubbles: boolean;
  readonly timeStamp = Date.now();
  target: EventTarget | null = null;
  currentTarget: EventTarget | null = null;
  defaultPrevented = false;
  /** @internal */
  isStopped = false;

  constructor(type: string, init: EventInit = {}) {
    this.type = String(type);
    this.cancelable = Boolean(init.cancelable);
    this.bubbles = Boolean(init.bubbles);
  }

  preventDefault(): void {
    if (this.cancelable) this.defaultPrevented = true;
  }

  stopPropagation(): void {}

  stopImmediatePropagation(): void {
    this.isStopped = true;
  }
}

export class CustomEvent<Detail = unknown> extends Event {
  readonly detail: Detail | null;

  constructor(type: string, init: EventInit & { readonly detail?: Detail } = {}) {
    super(type, init);
    this.detail = init.detail ?? null;
  }
}

type Listener = ((event: Event) => void) | { handleEvent(event: Event): void };

interface ListenerOptions {
  readonly once?: boolean;
  readonly signal?: AbortSignal;
}

export class EventTarget {
  #listeners: { type: string; listener: Listener; isOnce: boolean }[] = [];

  addEventListener(
    type: string,
    listener: Listener | null,
    options: ListenerOptions | boolean = {},
  ): void {
    const { once = false, signal = undefined } = typeof options === "object" ? options : {};
    const isKnown = this.#listeners.some((one) => one.type === type && one.listener === listener);
    if (!listener || isKnown || signal?.aborted) return;
    this.#listeners.push({ type, listener, isOnce: once });
    signal?.addEventListener("abort", () => this.removeEventListener(type, listener));
  }

  removeEventListener(type: string, listener: Listener | null): void {
    this.#listeners = this.#listeners.filter(
      (one) => one.type !== type || one.listener !== listener,
    );
  }

  dispatchEvent(event: Event): boolean {
    event.target = event.currentTarget = this;
    const handler = (this as unknown as Record<string, unknown>)[`on${event.type}`];
    if (typeof handler === "function") handler.call(this, event);
    for (const { type, listener, isOnce } of [...this.#listeners]) {
      if (type !== event.type || event.isStopped) continue;
      if (isOnce) this.removeEventListener(type, listener);
      if (typeof listener === "function") listener.call(this, event);
      else listener.handleEvent(event);
    }
    event.currentTarget = null;
    return !event.defaultPrevented;
  }
}

/** Only this file makes signals. */
const key = Symbol("AbortSignal");

export class AbortSignal extends EventTarget {
  onabort: ((event: Event) => void) | null = null;
  #isAborted = false;
  #reason: unknown;

  constructor(given?: symbol) {
    if (given !== key) throw new TypeError("an AbortSignal is made by an AbortController");
    super();
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal(key);
    signal.abortWith(key, reason);
    return signal;
  }

  static timeout(milliseconds: number): AbortSignal {
    const signal = new AbortSignal(key);
    const error = new DOMException("The operation timed out.", "TimeoutError");
    setTimeout(() => signal.abortWith(key, error), milliseconds);
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const signal = new AbortSignal(key);
    for (const one of signals) {
      if (one.aborted) signal.abortWith(key, one.reason);
      else one.addEventListener("abort", () => signal.abortWith(key, one.reason), { once: true });
    }
    return signal;
  }

  get aborted(): boolean {
    return this.#isAborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  throwIfAborted(): void {
    if (this.#isAborted) throw this.#reason;
  }

  /** @internal */
  abortWith(given: symbol, reason: unknown): void {
    if (given !== key || this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason ?? new DOMException("The operation was aborted.", "AbortError");
    this.dispatchEvent(new Event("abort"));
  }
}

export class AbortController {
  readonly signal = new AbortSignal(key);

  abort(reason?: unknown): void {
    this.signal.abortWith(key, reason);
  }
}
