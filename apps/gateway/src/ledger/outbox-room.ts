import { type Telemetry } from '#libs/observability';
import { type Database } from './database.js';
import { type PreparedStatement } from './statement.js';

/** How much may wait in the outbox. */
export interface OutboxBound {
  readonly rows: number;
  /** Of payload, as the database stores it. */
  readonly bytes: number;
}

/** What the outbox is measured with. */
export interface RoomParts {
  readonly telemetry: Telemetry;
  /** Whether the broker takes messages. */
  readonly reaches: () => boolean;
}

const MEASURE_EVERY_MS = 1_000;
/** A large outbox takes longer to measure: then it is measured less often, so that it stays a tenth of the time at most. */
const PAUSE_PER_MEASURING = 9;
/** While the database is frozen a look takes long, whatever waits: room that there is again is found within this. */
const LONGEST_PAUSE_MS = 5_000;
/** There is room again when this share of the bound is left free, so that it is not full again with the next job. */
const FREE_SHARE = 0.1;
const RETRY_SECONDS = 5;

const NOTHING: OutboxBound = { rows: 0, bytes: 0 };

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
  readonly #database: Pick<Database, 'queryByKey'>;
  readonly #bound: OutboxBound;
  readonly #telemetry: Telemetry;
  readonly #reaches: () => boolean;
  readonly #listeners = new Set<(full: boolean) => void>();
  #measured: OutboxBound = NOTHING;
  /** On their way into the database. */
  #entering: OutboxBound = NOTHING;
  /** Entered since the last measuring began. */
  #entered: OutboxBound = NOTHING;
  #full = false;
  /** Since when the broker takes nothing, by this process's clock. */
  #cutOffAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(database: Pick<Database, 'queryByKey'>, bound: OutboxBound, { telemetry, reaches }: RoomParts) {
    this.#database = database;
    this.#bound = bound;
    this.#telemetry = telemetry;
    this.#reaches = reaches;
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
   * Counts jobs in that are about to be entered; what it gives back is called when that is over.
   * @param bytes of their payloads
   * @throws OutboxFullError
   */
  admit(bytes: number, rows = 1): () => void {
    if (this.#full) throw new OutboxFullError();
    const jobs = { rows, bytes };
    this.#entering = sum(this.#entering, jobs);
    this.#judge();
    return () => {
      this.#entering = sum(this.#entering, { rows: -rows, bytes: -bytes });
      this.#entered = sum(this.#entered, jobs);
    };
  }

  /** Counts rows in that were entered without being asked for. */
  add(rows: number): void {
    this.#entered = sum(this.#entered, { rows, bytes: 0 });
    this.#judge();
  }

  /** Looks how much waits. While the database is away, the last figures count. */
  async measure(): Promise<void> {
    const before = this.#entered;
    const [measured] = await this.#database.queryByKey<OutboxBound>(MEASURE, [this.#bound.rows, this.#cutOffMs()]);
    if (measured === undefined) return;
    this.#measured = measured;
    this.#entered = sum(this.#entered, { rows: -before.rows, bytes: -before.bytes });
    this.#judge();
  }

  #cutOffMs(): number {
    if (this.#reaches()) this.#cutOffAt = undefined;
    else this.#cutOffAt ??= performance.now();
    // It was noticed when the outbox was measured, up to so much later.
    return this.#cutOffAt === undefined ? 0 : performance.now() - this.#cutOffAt + MEASURE_EVERY_MS;
  }

  get #waiting(): OutboxBound {
    return sum(this.#measured, this.#entering, this.#entered);
  }

  #judge(): void {
    const { rows, bytes } = this.#waiting;
    const used = Math.max(rows / this.#bound.rows, bytes / this.#bound.bytes);
    if (used >= 1) this.#enter(true);
    else if (used <= 1 - FREE_SHARE) this.#enter(false);
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
          if (!this.#stopped) this.#measureAfter(Math.min(pause, LONGEST_PAUSE_MS));
        });
    }, pauseMs).unref();
  }
}

function sum(...parts: readonly OutboxBound[]): OutboxBound {
  return parts.reduce((all, part) => ({ rows: all.rows + part.rows, bytes: all.bytes + part.bytes }), NOTHING);
}

// What waits for its time is no backlog: it becomes free only then. Nor are held jobs, which wait for workers; but those that
// were taken in while the broker takes nothing wait for that, too. The size of a payload is read from its row's header,
// without the payload. Counting ends at the bound.
const MEASURE: PreparedStatement = {
  ...{ name: 'measure-outbox', reads: 'by key' },
  text: `
SELECT count(*)::int AS rows, coalesce(sum(size), 0)::float8 AS bytes
FROM (
  SELECT (SELECT pg_column_size(payload) FROM jobs WHERE jobs.id = outbox.job_id) AS size
  FROM outbox WHERE free_at <= now() + interval '1 minute'
  UNION ALL
  SELECT pg_column_size(payload) FROM jobs
  WHERE $2::float8 > 0 AND held IS NOT NULL AND created_at >= now() - $2::float8 * interval '1 millisecond'
  LIMIT $1
) AS waiting`,
};
