import { type ShownDependency } from '#libs/contracts';
import { type ReleaseRules } from '../release/release-plan.js';
import { type Database } from './database.js';
import { IS_HEARD } from './heard-workers.js';
import { type ControlDispatch } from './outbox.js';
import { middleOf } from './queue-counts.js';
import { joinedDependencies } from './queue-dependencies.js';

interface Times {
  readonly avg: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** A queue as users see it: what waits in it, what is done of it, and how fast. */
export interface QueueRecord {
  readonly name: string;
  readonly waiting: number;
  /** Of those that wait, how many do so for the end of a pause of their batch. */
  readonly waitingPaused: number;
  readonly active: number;
  /** Waits for its next attempt. */
  readonly delayed: number;
  readonly scheduled: number;
  readonly completed: number;
  readonly failed: number;
  /** Dead letters, also those of no job. */
  readonly dead: number;
  /** Worker processes that were heard of within 10 s. */
  readonly consumers: number;
  /** What its workers depend on at present, such as hosts and connections. */
  readonly dependencies: readonly ShownDependency[];
  readonly paused: boolean;
  /** Of a tenant's jobs of one priority that wait for their turn: which first. */
  readonly order: ReleaseRules['order'];
  /** How often jobs of a task have their turn beside those of others, which have 1. */
  readonly weights: ReleaseRules['weights'];
  /** Milliseconds of the executions of the last hour; null when there were none. */
  readonly processingTime: Times;
  /** Milliseconds that the runs begun in the last hour had waited since they were due; null when there were none. */
  readonly waitingTime: Times;
  /** Jobs ended per second, over the last minute. */
  readonly throughput: number;
  /** How long the job waits for a worker that has waited longest; null when none does. */
  readonly oldestWaitingMs: number | null;
}

/** What an operator has set of a queue. */
type Settings = Pick<QueueRecord, 'paused' | keyof ReleaseRules>;
type Counts = Omit<QueueRecord, keyof Settings>;

const UNSET: Settings = { paused: false, order: 'fifo', weights: {} };

const FRESH_MS = 1_000;
/** Counting takes at most one part in so many of a connection's time. */
const REST_FACTOR = 10;

/**
 * Queues, counted in the ledger, so that every gateway says the same. Counts are used for a second, or longer when they
 * were dear; what is set of a queue is always read anew.
 */
export class QueueStore {
  readonly #database: Database;
  readonly #dispatch: ControlDispatch;
  #counted: { readonly queues: Promise<readonly Counts[]>; until: number } | undefined;

  constructor(database: Database, dispatch: ControlDispatch) {
    this.#database = database;
    this.#dispatch = dispatch;
  }

  /** Every queue whose domain has been announced, by name. */
  async all(): Promise<readonly QueueRecord[]> {
    const [counts, settings] = await Promise.all([
      this.#counts(),
      this.#database.query<Settings & { queue: string }>(
        'SELECT queue, paused, release_order AS "order", weights FROM queue_settings',
      ),
    ]);
    const set = new Map(settings.map(({ queue, ...rest }) => [queue, rest]));
    return counts.map((queue) => ({ ...queue, ...(set.get(queue.name) ?? UNSET) }));
  }

  async #counts(): Promise<readonly Counts[]> {
    if (this.#counted !== undefined && Date.now() < this.#counted.until) return this.#counted.queues;
    const since = Date.now();
    const counted = { queues: this.#count(), until: Number.POSITIVE_INFINITY };
    this.#counted = counted;
    try {
      const queues = await counted.queues;
      counted.until = Date.now() + Math.max(FRESH_MS, (Date.now() - since) * REST_FACTOR);
      return queues;
    } catch (error) {
      this.#counted = undefined;
      throw error;
    }
  }

  async find(name: string): Promise<QueueRecord | undefined> {
    return (await this.all()).find((queue) => queue.name === name);
  }

  /** Pauses a queue or lets it go on; setting what is set already changes nothing. */
  async setPaused(queue: string, paused: boolean): Promise<void> {
    const changed = await this.#database.query(SET_PAUSED, [queue, paused, paused ? 'pause' : 'resume']);
    if (changed.length > 0) this.#dispatch.hurry();
  }

  /** Says how held jobs of a queue are let go; undefined leaves what is. */
  async setRules(
    queue: string,
    { order, weights }: { [Rule in keyof ReleaseRules]?: ReleaseRules[Rule] | undefined },
  ): Promise<void> {
    await this.#database.query(SET_RULES, [
      queue,
      order ?? null,
      weights === undefined ? null : JSON.stringify(weights),
    ]);
  }

  async #count(): Promise<readonly Counts[]> {
    const [queues, open, minutes, durations] = await Promise.all([
      this.#database.query<QueueRow>(READ_QUEUES),
      this.#database.query<OpenRow>(COUNT_OPEN),
      this.#database.query<MinutesRow>(SUM_MINUTES),
      this.#database.query<DurationRow>(SUM_DURATIONS),
    ]);
    return queues.map((queue) => {
      const ended = minutes.find((row) => row.queue === queue.name);
      const buckets = durations.filter((row) => row.queue === queue.name);
      return {
        name: queue.name,
        ...openCounts(open.filter((row) => row.queue === queue.name)),
        ...{ completed: ended?.completed ?? 0, failed: ended?.failed ?? 0, dead: queue.dead },
        consumers: queue.consumers,
        dependencies: joinedDependencies(queue.dependencies),
        processingTime: timesOf(buckets.map(({ bucket, runs, total_ms: ms }) => ({ bucket, count: runs, ms }))),
        waitingTime: timesOf(buckets.map(({ bucket, waits, waited_ms: ms }) => ({ bucket, count: waits, ms }))),
        throughput: Math.round((ended?.latest ?? 0) * 100) / 100,
      };
    });
  }
}

type OpenCounts = 'waiting' | 'waitingPaused' | 'active' | 'delayed' | 'scheduled' | 'oldestWaitingMs';

/** What the open jobs of one queue come to, by their statuses. */
function openCounts(rows: readonly OpenRow[]): Pick<QueueRecord, OpenCounts> {
  const of = (status: string): Omit<OpenRow, 'queue' | 'status'> => rows.find((row) => row.status === status) ?? NONE;
  const { jobs, paused, waiting_ms: waitedMs } = of('queued');
  return {
    ...{ waiting: jobs, waitingPaused: paused },
    ...{ active: of('running').jobs, delayed: of('retrying').jobs, scheduled: of('scheduled').jobs },
    oldestWaitingMs: waitedMs === null ? null : Math.max(0, waitedMs),
  };
}

interface Bucket {
  readonly bucket: number;
  readonly count: number;
  /** All that is in it together. */
  readonly ms: number;
}

/** Average and quantiles of a histogram, whose buckets come in order. */
function timesOf(buckets: readonly Bucket[]): Times {
  const all = buckets.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return { avg: null, p50: null, p95: null };
  const total = buckets.reduce((sum, { ms }) => sum + ms, 0);
  const quantile = (share: number): number => {
    let seen = 0;
    const found = buckets.find(({ count }) => (seen += count) >= share * all);
    return Math.round(middleOf(found?.bucket ?? 0));
  };
  return { avg: Math.round(total / all), p50: quantile(0.5), p95: quantile(0.95) };
}

const SET_PAUSED = `
WITH changed AS (
  INSERT INTO queue_settings AS known (queue, paused, version)
  VALUES ($1, $2, extract(epoch FROM clock_timestamp()) * 1000)
  ON CONFLICT (queue) DO UPDATE SET paused = excluded.paused, changed_at = now(),
    version = greatest(known.version + 1, excluded.version)
  WHERE known.paused <> excluded.paused
  RETURNING queue, version
)
INSERT INTO outbox (kind, queue, version, free_at) SELECT $3, queue, version, now() FROM changed RETURNING id`;

const SET_RULES = `
INSERT INTO queue_settings AS known (queue, version, release_order, weights)
VALUES ($1, extract(epoch FROM clock_timestamp()) * 1000, coalesce($2, 'fifo'), coalesce($3::jsonb, '{}'))
ON CONFLICT (queue) DO UPDATE SET release_order = coalesce($2, known.release_order),
  weights = coalesce($3::jsonb, known.weights), changed_at = now()`;

const READ_QUEUES = `
SELECT domains.name,
       (SELECT count(*)::int FROM dead_letters WHERE dead_letters.queue = domains.name) AS dead,
       (SELECT count(*)::int FROM workers
        WHERE workers.domain = domains.name AND ${IS_HEARD}) AS consumers,
       (SELECT coalesce(jsonb_agg(said.dependency), '[]')
        FROM workers CROSS JOIN LATERAL jsonb_array_elements(dependencies) AS said (dependency)
        WHERE workers.domain = domains.name AND ${IS_HEARD}) AS dependencies
FROM domains ORDER BY domains.name`;

const COUNT_OPEN = `
SELECT queue, status, count(*)::int AS jobs, count(*) FILTER (WHERE held = 'batch')::int AS paused,
       (extract(epoch FROM now() - min(queued_at) FILTER (WHERE held IS DISTINCT FROM 'batch')) * 1000)::bigint::float8 AS waiting_ms
FROM jobs WHERE status IN ('scheduled','queued','running','retrying') GROUP BY queue, status`;

// The last minute is the present one and the part of the one before that is not a minute ago.
const SUM_MINUTES = `
SELECT queue, sum(completed - left_completed)::float8 AS completed, sum(failed - left_failed)::float8 AS failed,
       coalesce(sum((completed + failed + cancelled) * CASE
         WHEN minute = date_trunc('minute', now()) THEN 1
         ELSE 1 - extract(epoch FROM now() - date_trunc('minute', now())) / 60 END)
         FILTER (WHERE minute >= date_trunc('minute', now()) - interval '1 minute'), 0)::float8 / 60 AS latest
FROM queue_minutes GROUP BY queue`;

const SUM_DURATIONS = `
SELECT queue, bucket, sum(runs)::float8 AS runs, sum(total_ms)::float8 AS total_ms, sum(waits)::float8 AS waits,
       sum(waited_ms)::float8 AS waited_ms
FROM queue_durations WHERE minute > now() - interval '1 hour' GROUP BY queue, bucket ORDER BY queue, bucket`;

interface QueueRow {
  readonly name: string;
  readonly dead: number;
  readonly consumers: number;
  readonly dependencies: readonly ShownDependency[];
}

interface OpenRow {
  readonly queue: string;
  readonly status: string;
  readonly jobs: number;
  /** Of them, those whose batch is paused. */
  readonly paused: number;
  /** Of the others, how long the oldest has waited. */
  readonly waiting_ms: number | null;
}

const NONE = { jobs: 0, paused: 0, waiting_ms: null };

interface MinutesRow {
  readonly queue: string;
  readonly completed: number;
  readonly failed: number;
  readonly latest: number;
}

interface DurationRow {
  readonly queue: string;
  readonly bucket: number;
  readonly runs: number;
  readonly total_ms: number;
  readonly waits: number;
  readonly waited_ms: number;
}
