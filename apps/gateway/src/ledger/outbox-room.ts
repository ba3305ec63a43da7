import { type Telemetry } from '#libs/observability';
import { type Queries } from './database.js';

/** How much may wait in the outbox. */
export interface OutboxBound {
  readonly rows: number;
  /** Of payload, as the database stores it. */
  readonly bytes: number;
}

const MEASURE_EVERY_MS = 1_000;
/** A large outbox takes longer to measure: then it is measured less often, so that it stays a tenth of the time at most. */
const PAUSE_PER_MEASURING = 9;
/** There is room again when this share of the bound is left free, so that it is not full again with the next job. */
const FREE_SHARE = 0.1;
const RETRY_SECONDS = 5;

/** The outbox is full: the job was not taken. */
export class OutboxFullError extends Error {
  override readonly name = 'OutboxFullError';
  /** When it is worth trying again. */
  readonly retrySeconds = RETRY_SECONDS;

  constructor() {
    super('So many jobs wait for the broker that no more are taken now.');
  }
}

/**
 * Keeps the outbox within its bound without asking the database for each job: the outbox is measured about every second,
 * and what this process has let in since then is added. What other gateways have let in since then is not seen, so with
 * several of them the bound is passed by what they accept in that time.
 */
export class OutboxRoom {
  readonly #database: Queries;
  readonly #bound: OutboxBound;
  readonly #telemetry: Telemetry;
  readonly #listeners = new Set<(full: boolean) => void>();
  #measured: OutboxBound = { rows: 0, bytes: 0 };
  #added: OutboxBound = { rows: 0, bytes: 0 };
  #full = false;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(database: Queries, bound: OutboxBound, telemetry: Telemetry) {
    this.#database = database;
    this.#bound = bound;
    this.#telemetry = telemetry;
  }

  get full(): boolean {
    return this.#full;
  }

  /** Settles when the outbox is measured; it goes on being measured until `stop`. */
  async start(): Promise<void> {
    await this.measure();
    this.#measureAfter(MEASURE_EVERY_MS);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Calls back when the outbox has become full, and when it has room again. */
  onChange(listener: (full: boolean) => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Counts a job in that is about to be entered.
   * @param bytes of its payload
   * @throws OutboxFullError
   */
  admit(bytes: number): void {
    if (this.#full) throw new OutboxFullError();
    this.add(1, bytes);
  }

  /** Counts rows in that have been or are about to be entered. */
  add(rows: number, bytes: number): void {
    this.#added = { rows: this.#added.rows + rows, bytes: this.#added.bytes + bytes };
    if (this.#used >= 1) this.#enter(true);
  }

  /** Looks how much waits. While the database is away, the last figures count. */
  async measure(): Promise<void> {
    const before = this.#added;
    const [measured] = await this.#database.query<OutboxBound>(MEASURE, [this.#bound.rows]);
    if (measured === undefined) return;
    this.#measured = measured;
    this.#added = { rows: this.#added.rows - before.rows, bytes: this.#added.bytes - before.bytes };
    if (this.#used >= 1) this.#enter(true);
    else if (this.#used <= 1 - FREE_SHARE) this.#enter(false);
  }

  get #used(): number {
    const { rows, bytes } = this.#waiting;
    return Math.max(rows / this.#bound.rows, bytes / this.#bound.bytes);
  }

  get #waiting(): OutboxBound {
    return { rows: this.#measured.rows + this.#added.rows, bytes: this.#measured.bytes + this.#added.bytes };
  }

  #enter(full: boolean): void {
    if (this.#full === full) return;
    this.#full = full;
    if (full) this.#telemetry.emit('outbox.full', { ...this.#waiting });
    else this.#telemetry.emit('outbox.has-room', { ...this.#waiting });
    for (const listener of this.#listeners) listener(full);
  }

  #measureAfter(pauseMs: number): void {
    this.#timer = setTimeout(() => {
      const began = performance.now();
      void this.measure()
        .catch(() => undefined)
        .then(() => {
          const pause = Math.max(MEASURE_EVERY_MS, PAUSE_PER_MEASURING * (performance.now() - began));
          if (!this.#stopped) this.#measureAfter(pause);
        });
    }, pauseMs).unref();
  }
}

// What waits for its time is no backlog: it becomes free only then. The size of a payload is read from its row's header,
// without the payload. Counting ends at the bound.
const MEASURE = `
SELECT count(*)::int AS rows, coalesce(sum(size), 0)::float8 AS bytes
FROM (
  SELECT (SELECT pg_column_size(payload) FROM jobs WHERE jobs.id = outbox.job_id) AS size
  FROM outbox WHERE free_at <= now() + interval '1 minute' LIMIT $1
) AS waiting`;
