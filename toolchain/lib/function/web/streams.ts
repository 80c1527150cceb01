// ReadableStream with what bodies and handlers use of it: sources with start, pull and cancel,
// default readers, asynchronous iteration, tee, pipeThrough and pipeTo.

interface Settlers<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (reason: unknown) => void;
}

export type ReadResult<Chunk> =
  | { readonly done: false; readonly value: Chunk }
  | { readonly done: true; readonly value: undefined };

export interface UnderlyingSource<Chunk> {
  start?(controller: ReadableStreamDefaultController<Chunk>): unknown;
  pull?(controller: ReadableStreamDefaultController<Chunk>): unknown;
  cancel?(reason: unknown): unknown;
  readonly type?: string;
}

interface QueuingStrategy {
  readonly highWaterMark?: number;
}

export class ReadableStreamDefaultController<Chunk = unknown> {
  #stream: ReadableStream<Chunk>;
  constructor(stream: ReadableStream<Chunk>) {
    this.#stream = stream;
  }

  get desiredSize(): number | null {
    return this.#stream.desired();
  }

  enqueue(chunk: Chunk): void {
    this.#stream.push(chunk);
  }

  close(): void {
    this.#stream.end();
  }

  error(reason?: unknown): void {
    this.#stream.fail(reason);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: as the standard's own declarations have it
export class ReadableStream<Chunk = any> {
  #queue: Chunk[] = [];
  #waiting: Settlers<ReadResult<Chunk>>[] = [];
  #state: "open" | "closing" | "closed" | "failed" = "open";
  #failure: unknown;
  #source: UnderlyingSource<Chunk>;
  #controller: ReadableStreamDefaultController<Chunk>;
  #highWaterMark: number;
  #isStarted = false;
  #isPulling = false;
  #isPullWanted = false;
  #reader: ReadableStreamDefaultReader<Chunk> | undefined;
  #isDisturbed = false;
  #closed = Promise.withResolvers<void>();

  constructor(source: UnderlyingSource<Chunk> = {}, strategy: QueuingStrategy = {}) {
    this.#source = source;
    this.#highWaterMark = strategy.highWaterMark ?? 1;
    this.#controller = new ReadableStreamDefaultController(this);
    this.#closed.promise.catch(() => {});
    const started = source.start?.(this.#controller);
    Promise.resolve(started).then(
      () => {
        this.#isStarted = true;
        this.#pull();
      },
      (reason) => this.fail(reason),
    );
  }

  static from<Chunk>(iterable: Iterable<Chunk> | AsyncIterable<Chunk>): ReadableStream<Chunk> {
    const iterator =
      Symbol.asyncIterator in iterable
        ? iterable[Symbol.asyncIterator]()
        : iterable[Symbol.iterator]();
    return new ReadableStream<Chunk>(
      {
        async pull(controller) {
          const { done, value } = await iterator.next();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        async cancel(reason) {
          await iterator.return?.(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }

  get locked(): boolean {
    return this.#reader !== undefined;
  }

  /** Whether anybody has read of it; for bodies. */
  get isDisturbed(): boolean {
    return this.#isDisturbed;
  }

  getReader(): ReadableStreamDefaultReader<Chunk> {
    return new ReadableStreamDefaultReader(this);
  }

  cancel(reason?: unknown): Promise<void> {
    if (this.locked) return Promise.reject(new TypeError("the stream has a reader"));
    return this.stop(reason);
  }

  tee(): [ReadableStream<Chunk>, ReadableStream<Chunk>] {
    const reader = this.getReader();
    const branches: ReadableStreamDefaultController<Chunk>[] = [];
    let isReading = false;
    const pull = async () => {
      if (isReading) return;
      isReading = true;
      try {
        const result = await reader.read();
        for (const branch of branches) {
          if (result.done) branch.close();
          else branch.enqueue(result.value);
        }
      } catch (error) {
        for (const branch of branches) branch.error(error);
      }
      isReading = false;
    };
    const branch = () =>
      new ReadableStream<Chunk>({
        start: (controller) => {
          branches.push(controller);
        },
        pull,
      });
    return [branch(), branch()];
  }

  pipeThrough<Other>(
    pair: {
      readonly writable: { getWriter(): Writer<Chunk> };
      readonly readable: ReadableStream<Other>;
    },
    options?: PipeOptions,
  ): ReadableStream<Other> {
    this.pipeTo(pair.writable, options).catch(() => {});
    return pair.readable;
  }

  async pipeTo(
    destination: { getWriter(): Writer<Chunk> },
    { preventClose = false }: PipeOptions = {},
  ): Promise<void> {
    const reader = this.getReader();
    const writer = destination.getWriter();
    try {
      for (;;) {
        await writer.ready;
        const result = await reader.read();
        if (result.done) break;
        await writer.write(result.value);
      }
      if (!preventClose) await writer.close();
    } catch (error) {
      await Promise.allSettled([writer.abort(error), reader.cancel(error)]);
      throw error;
    } finally {
      reader.releaseLock();
      writer.releaseLock();
    }
  }

  async *values(
    options: { readonly preventCancel?: boolean } = {},
  ): AsyncGenerator<Chunk, void, undefined> {
    const reader = this.getReader();
    let isDone = false;
    try {
      for (;;) {
        const result = await reader.read();
        if (result.done) {
          isDone = true;
          return;
        }
        yield result.value;
      }
    } finally {
      if (!isDone && !options.preventCancel) await reader.cancel();
      reader.releaseLock();
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<Chunk, void, undefined> {
    return this.values();
  }

  // What follows is for the classes of this file.

  /** @internal */
  lock(reader: ReadableStreamDefaultReader<Chunk>): Promise<void> {
    if (this.locked) throw new TypeError("the stream has a reader already");
    this.#reader = reader;
    return this.#closed.promise;
  }

  /** @internal */
  unlock(): void {
    const error = new TypeError("the reader was released");
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    this.#reader = undefined;
  }

  /** @internal */
  desired(): number | null {
    if (this.#state === "failed") return null;
    return this.#state === "open" ? this.#highWaterMark - this.#queue.length : 0;
  }

  /** @internal */
  push(chunk: Chunk): void {
    if (this.#state !== "open") throw new TypeError("the stream has ended");
    const waiting = this.#waiting.shift();
    if (waiting) waiting.resolve({ done: false, value: chunk });
    else this.#queue.push(chunk);
    this.#pull();
  }

  /** @internal */
  end(): void {
    if (this.#state !== "open") throw new TypeError("the stream has ended");
    this.#state = "closing";
    this.#closeWhenEmpty();
  }

  /** @internal */
  fail(reason: unknown): void {
    if (this.#state === "closed" || this.#state === "failed") return;
    this.#state = "failed";
    this.#failure = reason;
    this.#queue = [];
    for (const { reject } of this.#waiting.splice(0)) reject(reason);
    this.#closed.reject(reason);
  }

  /** @internal */
  take(): Promise<ReadResult<Chunk>> {
    this.#isDisturbed = true;
    if (this.#queue.length > 0) {
      const value = this.#queue.shift() as Chunk;
      this.#closeWhenEmpty();
      this.#pull();
      return Promise.resolve({ done: false, value });
    }
    if (this.#state === "failed") return Promise.reject(this.#failure);
    if (this.#state !== "open") return Promise.resolve({ done: true, value: undefined });
    const { promise, resolve, reject } = Promise.withResolvers<ReadResult<Chunk>>();
    this.#waiting.push({ resolve, reject });
    this.#pull();
    return promise;
  }

  /** @internal */
  async stop(reason: unknown): Promise<void> {
    this.#isDisturbed = true;
    if (this.#state === "failed") throw this.#failure;
    if (this.#state === "closed") return;
    this.#queue = [];
    this.#state = "closing";
    this.#closeWhenEmpty();
    await this.#source.cancel?.(reason);
  }

  #closeWhenEmpty(): void {
    if (this.#state !== "closing" || this.#queue.length > 0) return;
    this.#state = "closed";
    for (const { resolve } of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
    this.#closed.resolve();
  }

  #pull(): void {
    const isWanted =
      this.#isStarted &&
      this.#state === "open" &&
      (this.#waiting.length > 0 || (this.desired() ?? 0) > 0);
    if (!isWanted || !this.#source.pull) return;
    if (this.#isPulling) {
      this.#isPullWanted = true;
      return;
    }
    this.#isPulling = true;
    Promise.try(() => this.#source.pull?.(this.#controller)).then(
      () => {
        this.#isPulling = false;
        // Only if somebody asked meanwhile: a source that brings nothing is not asked forever.
        if (!this.#isPullWanted) return;
        this.#isPullWanted = false;
        this.#pull();
      },
      (reason) => this.fail(reason),
    );
  }
}

interface PipeOptions {
  readonly preventClose?: boolean;
}

/** What pipeTo needs of a WritableStream's writer. */
interface Writer<Chunk> {
  readonly ready: Promise<unknown>;
  write(chunk: Chunk): Promise<unknown>;
  close(): Promise<unknown>;
  abort(reason: unknown): Promise<unknown>;
  releaseLock(): void;
}

export class ReadableStreamDefaultReader<Chunk = unknown> {
  readonly closed: Promise<void>;
  #stream: ReadableStream<Chunk> | undefined;

  constructor(stream: ReadableStream<Chunk>) {
    this.closed = stream.lock(this);
    this.#stream = stream;
  }

  read(): Promise<ReadResult<Chunk>> {
    if (!this.#stream) return Promise.reject(new TypeError("the reader was released"));
    return this.#stream.take();
  }

  cancel(reason?: unknown): Promise<void> {
    if (!this.#stream) return Promise.reject(new TypeError("the reader was released"));
    return this.#stream.stop(reason);
  }

  releaseLock(): void {
    this.#stream?.unlock();
    this.#stream = undefined;
  }
}
