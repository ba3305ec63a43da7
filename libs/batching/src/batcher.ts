/** How a batcher bounds what it sends at once and what it holds. */
export interface BatchLimits<T> {
  /** @default 500 */
  readonly maxItems?: number;
  /** @default 262_144 */
  readonly maxBytes?: number;
  /** Estimated bytes of an item. @default every item counts as 0 */
  readonly sizeOf?: (item: T) => number;
  /**
   * Batches under way at once. As each costs its writer as much again, a further one leaves only when as much waits as fills one, or
   * when those before it are late. @default 1
   */
  readonly concurrency?: number;
  /** How long a batch waits for more items when nobody is in a hurry, in milliseconds, unless it is full. @default 0 */
  readonly gatherMs?: number;
  /** Items that may wait for a batch; one more is refused. @default no limit: callers bound what they have under way */
  readonly maxWaitingItems?: number;
  /** Bytes, by `sizeOf`, that may wait for a batch; an item that comes when they are reached is refused. @default no limit */
  readonly maxWaitingBytes?: number;
}

/** A batch that has not come back by then, in milliseconds, may wait for what others need not wait for, such as a locked row. */
const LATE_MS = 200;

/** So much waits already that an item was not taken: it was not written, and will not be. */
export class BatcherFullError extends Error {
  override readonly name = 'BatcherFullError';

  constructor() {
    super('Too much waits to be written already.');
  }
}

/**
 * Shares one round trip among concurrent callers: while a batch is in flight the next one gathers. It leaves when none is in flight
 * any more, and if there may be another beside it, as soon as it is full, or those in flight are late. Unless it is to gather for
 * longer, there is no timer before it: a lone item leaves in the same turn of the event loop in which it came.
 *
 * `write` gets the items of a batch in the order they came and returns one result per item, in the same order. When it
 * throws an error that `blames` the content of a batch, the batch is halved until the bad item stands alone and fails alone.
 */
export class Batcher<T, R> {
  readonly #write: (items: readonly T[]) => Promise<readonly R[]>;
  readonly #blames: (error: unknown) => boolean;
  readonly #maxItems: number;
  readonly #maxBytes: number;
  readonly #sizeOf: (item: T) => number;
  readonly #concurrency: number;
  readonly #gatherMs: number;
  readonly #maxWaitingItems: number;
  readonly #maxWaitingBytes: number;
  #waiting: Entry<T, R>[] = [];
  #waitingBytes = 0;
  #flying = 0;
  /** Of those in flight. */
  #late = 0;
  #callOff: (() => void) | undefined;
  #idle: (() => void)[] = [];

  constructor(
    write: (items: readonly T[]) => Promise<readonly R[]>,
    blames: (error: unknown) => boolean,
    limits: BatchLimits<T> = {},
  ) {
    this.#write = write;
    this.#blames = blames;
    this.#maxItems = limits.maxItems ?? 500;
    this.#maxBytes = limits.maxBytes ?? 256 * 1024;
    this.#sizeOf = limits.sizeOf ?? (() => 0);
    this.#concurrency = limits.concurrency ?? 1;
    this.#gatherMs = limits.gatherMs ?? 0;
    this.#maxWaitingItems = limits.maxWaitingItems ?? Infinity;
    this.#maxWaitingBytes = limits.maxWaitingBytes ?? Infinity;
  }

  /**
   * Adds an item; settles with its own result or error.
   * @throws BatcherFullError when as much waits as may
   */
  add(item: T): Promise<R> {
    if (this.#waiting.length >= this.#maxWaitingItems || this.#waitingBytes >= this.#maxWaitingBytes) {
      return Promise.reject(new BatcherFullError());
    }
    return new Promise<R>((resolve, reject) => {
      const bytes = this.#sizeOf(item);
      this.#waiting.push({ item, bytes, resolve, reject });
      this.#waitingBytes += bytes;
      if (this.#isFull) this.#launch();
      else this.#gather();
    });
  }

  /** Settles when everything added so far has come back. */
  async drained(): Promise<void> {
    if (this.#isIdle) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** All that was added has come back. */
  get #isIdle(): boolean {
    return this.#waiting.length === 0 && this.#flying === 0;
  }

  /** What waits is enough for a batch. */
  get #isFull(): boolean {
    return this.#waiting.length >= this.#maxItems || this.#waitingBytes >= this.#maxBytes;
  }

  get #mayLaunch(): boolean {
    if (this.#waiting.length === 0 || this.#flying >= this.#concurrency) return false;
    return this.#flying === this.#late || this.#isFull;
  }

  /** Launches in a while, or at the end of this turn when what waits has nobody to wait for. */
  #gather(): void {
    if (this.#callOff !== undefined || this.#waiting.length === 0) return;
    const launch = (): void => this.#launch();
    if (this.#gatherMs > 0) {
      const timer = setTimeout(launch, this.#gatherMs);
      this.#callOff = () => clearTimeout(timer);
    } else {
      const turn = setImmediate(launch);
      this.#callOff = () => clearImmediate(turn);
    }
  }

  #launch(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    while (this.#mayLaunch) void this.#fly(this.#take());
  }

  async #fly(batch: readonly Entry<T, R>[]): Promise<void> {
    this.#flying += 1;
    const noLongerLate = this.#concurrency > 1 ? this.#watch() : undefined;
    await this.#send(batch);
    noLongerLate?.();
    this.#flying -= 1;
    if (this.#gatherMs === 0 || this.#isFull) this.#launch();
    else this.#gather();
    if (this.#isIdle) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Counts a batch as late from some time on, until what it gives back is called. */
  #watch(): () => void {
    let late = 0;
    const timer = setTimeout(() => {
      late = 1;
      this.#late += 1;
      this.#launch();
    }, LATE_MS);
    return () => {
      clearTimeout(timer);
      this.#late -= late;
    };
  }

  #take(): Entry<T, R>[] {
    let taken = 0;
    let count = 0;
    for (const { bytes } of this.#waiting) {
      if (count > 0 && (count >= this.#maxItems || taken + bytes > this.#maxBytes)) break;
      taken += bytes;
      count += 1;
    }
    this.#waitingBytes -= taken;
    return this.#waiting.splice(0, count);
  }

  async #send(batch: readonly Entry<T, R>[]): Promise<void> {
    let results: readonly R[];
    try {
      results = await this.#write(batch.map(({ item }) => item));
    } catch (error) {
      await this.#fail(batch, error);
      return;
    }
    batch.forEach(({ resolve, reject }, index) => {
      if (index < results.length) resolve(results[index] as R);
      else reject(new Error(`The writer of a batch of ${batch.length} returned ${results.length} results.`));
    });
  }

  async #fail(batch: readonly Entry<T, R>[], error: unknown): Promise<void> {
    if (batch.length > 1 && this.#blames(error)) {
      const middle = Math.ceil(batch.length / 2);
      await this.#send(batch.slice(0, middle));
      await this.#send(batch.slice(middle));
      return;
    }
    for (const { reject } of batch) reject(error);
  }
}

interface Entry<T, R> {
  readonly item: T;
  readonly bytes: number;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}
