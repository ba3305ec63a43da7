import { type QueuePace } from '../release/queue-pace.js';
import { type Candidate, releasePlan, type Turn } from '../release/release-plan.js';
import { type Database, type KeyedQueries } from './database.js';
import { grouped } from './grouped.js';
import { IS_HEARD } from './heard-workers.js';
import { milliseconds } from './milliseconds.js';
import { lineKey } from './outbox.js';
import { CLAIM_MS } from './outbox-store.js';
import { IN_PAUSED_BATCH } from './paused-batches.js';
import { readLines, readStandings, type Standing } from './standings.js';
import { type PreparedStatement } from './statement.js';

/** An arbitrary number: one gateway lets jobs go at a time, so that none is let go past a limit. */
const RELEASE_LOCK = 5_138_011;
/** Keys that are looked at in one go. */
const CALLS_AT_ONCE = 500;
/** A tenant is offered so many times its share: others may have less to send. */
const SHARES = 4;

/** What limits how many jobs may be let go. */
export interface Bounds {
  /** How many messages one tenant may have in a queue; infinite: as many as it likes. */
  readonly windowOf: (queue: string) => number;
  /** In all. */
  readonly most: number;
  /** Whether this process sends them itself: then their rows are claimed. */
  readonly claimed: boolean;
  /** 0 to 1. */
  readonly random: () => number;
}

/** What a look has seen, and what it has let go. */
export interface Look {
  readonly standings: readonly Standing[];
  /** Tenants whose running jobs have a limit. */
  readonly limited: ReadonlySet<string>;
  /** Jobs wait for a concurrency key. */
  readonly keysWait: boolean;
  /** Rows of the outbox, in the order in which they are to be sent. */
  readonly released: readonly string[];
}

/** Lets held jobs go. */
export class HeldStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** How fast queues are, and how much their workers take. */
  async paces(): Promise<QueuePace[]> {
    return this.#database.queryByKey<QueuePace>(PACES);
  }

  /**
   * Looks who waits, and gives up to `most` held jobs their outbox rows whose turn it is. While another gateway is at it,
   * nothing is let go here.
   */
  async look(bounds: Bounds): Promise<Look> {
    return this.#database.transactionByKey(
      (transaction) =>
        Promise.all([
          transaction.query<State>(LOCK, [RELEASE_LOCK]),
          readLines(transaction),
          transaction.query<Limit>(LIMITS),
        ]),
      async (transaction, [[state], lines, limits]) => {
        const lets = state?.locked === true;
        if (lets && state.called) await transaction.query(CALL_NEXT, [CALLS_AT_ONCE]);
        const standings = await readStandings(transaction, lines, bounds.windowOf);
        const released = lets ? await release(transaction, { standings, limits }, bounds) : [];
        const limited = new Set(limits.map(({ tenant }) => tenant));
        return { standings, limited, keysWait: state?.keysWait === true, released };
      },
    );
  }
}

interface State {
  /** No other gateway lets jobs go. */
  readonly locked: boolean;
  /** Keys may be free. */
  readonly called: boolean;
  readonly keysWait: boolean;
}

interface Limit {
  readonly tenant: string;
  /** How many more jobs it may run. */
  readonly room: number;
}

async function release(
  transaction: KeyedQueries,
  { standings, limits }: { readonly standings: readonly Standing[]; readonly limits: readonly Limit[] },
  { windowOf, most, claimed, random }: Bounds,
): Promise<string[]> {
  const waiting = standings.filter(({ queue, out, holds }) => holds && out < windowOf(queue));
  if (waiting.length === 0) return [];
  const share = Math.min(most, Math.ceil((SHARES * most) / waiting.length));
  const lines = rotated(waiting, random()).slice(0, most);
  const turns = await readTurns(
    transaction,
    lines.map((line) => ({ ...line, room: Math.min(windowOf(line.queue) - line.out, share) })),
  );
  const chosen = withinLimits(releasePlan(turns, random), limits).slice(0, most);
  const rows = await transaction.query<{ id: string }>(RELEASE, [chosen.map(({ id }) => id), claimed ? CLAIM_MS : 0]);
  return rows.map(({ id }) => id);
}

/** Whoever was first the last time is not the first every time. */
function rotated<T>(list: readonly T[], chance: number): readonly T[] {
  const start = Math.floor(chance * list.length);
  return [...list.slice(start), ...list.slice(0, start)];
}

function withinLimits(plan: readonly Candidate[], limits: readonly Limit[]): readonly Candidate[] {
  const left = new Map(limits.map(({ tenant, room }) => [tenant, room]));
  return plan.filter(({ tenant }) => {
    const room = left.get(tenant);
    if (room !== undefined) left.set(tenant, room - 1);
    return room === undefined || room > 0;
  });
}

async function readTurns(
  transaction: KeyedQueries,
  lines: readonly (Standing & { readonly room: number })[],
): Promise<Turn[]> {
  const found = await transaction.query<Turn['candidates'][number]>(CANDIDATES, [
    lines.map(({ queue }) => queue),
    lines.map(({ tenant }) => tenant),
    lines.map(({ room }) => room),
    lines.map(({ rules }) => rules.order === 'lifo'),
  ]);
  const byLine = grouped(found, lineKey);
  return lines.map(({ room, rules, ...line }) => ({ room, rules, candidates: byLine.get(lineKey(line)) ?? [] }));
}

// However many jobs wait, one look into the index finds whether any does: the order wants the index, whatever the statistics say.
const PACES: PreparedStatement = {
  ...{ name: 'read-paces', reads: 'by key' },
  text: `
SELECT domains.name AS queue,
       coalesce((SELECT sum(completed + failed) FROM queue_minutes WHERE queue_minutes.queue = domains.name), 0)::float8 AS ended,
       coalesce((SELECT sum(concurrency) FROM workers
                 WHERE workers.domain = domains.name AND ${IS_HEARD}), 0)::int AS places,
       CASE WHEN (SELECT true FROM jobs WHERE jobs.queue = domains.name AND held = 'turn' ORDER BY queue, tenant LIMIT 1)
                 AND (SELECT paused FROM queue_settings WHERE queue_settings.queue = domains.name) IS NOT TRUE
            THEN coalesce((SELECT sum(greatest(0, concurrency - jsonb_array_length(runs))) FROM workers
                           WHERE workers.domain = domains.name AND heard_at > now() - interval '3 seconds'), 0)
            ELSE 0 END::int AS idle
FROM domains`,
};

const LOCK: PreparedStatement = {
  ...{ name: 'lock-releases', reads: 'by key' },
  text: `
SELECT pg_try_advisory_xact_lock($1) AS locked, EXISTS (SELECT FROM concurrency_calls) AS called,
       (SELECT true FROM jobs WHERE held = 'key' ORDER BY tenant, concurrency_key LIMIT 1) IS TRUE AS "keysWait"`,
};

// Of the jobs that wait for a key the first one steps into its tenant's line when no other has the key. Whoever makes a key
// free, or begins to wait for one, has said so in the same transaction: what is committed later is called later. Rows are named by an
// array of ids, whether a job is held still is asked in words that no index knows, and OFFSET has each key looked up: else a plan that was
// made while nobody waited might read all who wait for each of them.
const CALL_NEXT: PreparedStatement = {
  ...{ name: 'call-next', reads: 'by key' },
  text: `
WITH calls AS (
  DELETE FROM concurrency_calls WHERE id = ANY (ARRAY(SELECT id FROM concurrency_calls ORDER BY id LIMIT $1))
  RETURNING tenant, concurrency_key
), next AS (
  SELECT head.id FROM (SELECT DISTINCT tenant, concurrency_key FROM calls) AS key CROSS JOIN LATERAL (
    SELECT id FROM jobs WHERE jobs.tenant = key.tenant AND jobs.concurrency_key = key.concurrency_key AND held = 'key'
    ORDER BY priority DESC, queued_at, id LIMIT 1
  ) AS head
  WHERE NOT EXISTS (
    SELECT FROM jobs WHERE jobs.tenant = key.tenant AND jobs.concurrency_key = key.concurrency_key
      AND jobs.concurrency_key IS NOT NULL AND (held IS NULL OR held = 'turn') AND status IN ('queued','running','retrying') OFFSET 0)
)
UPDATE jobs SET held = 'turn' WHERE id = ANY (ARRAY(SELECT id FROM next)) AND held IS NOT DISTINCT FROM 'key'`,
};

// What waits for its next attempt comes by itself: it counts as running.
const LIMITS: PreparedStatement = {
  ...{ name: 'read-limits', reads: 'by key' },
  text: `
SELECT tenant, (max_running_jobs - (
  SELECT count(*) FROM (
    SELECT FROM domains CROSS JOIN LATERAL (
      SELECT FROM jobs WHERE jobs.queue = domains.name AND jobs.tenant = tenant_limits.tenant AND held IS NULL
        AND status IN ('queued','running','retrying') LIMIT max_running_jobs
    ) AS out LIMIT max_running_jobs
  ) AS running))::int AS room
FROM tenant_limits WHERE max_running_jobs IS NOT NULL ORDER BY tenant`,
};

// Goes from task to task of each priority by the index.
const CANDIDATES: PreparedStatement = {
  ...{ name: 'read-candidates', reads: 'by key' },
  text: `
WITH RECURSIVE lines AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::boolean[]) AS lines (queue, tenant, room, lifo)
), groups AS (
  SELECT queue, tenant, room, lifo, first.priority, first.task FROM lines CROSS JOIN LATERAL (
    SELECT priority, task FROM jobs WHERE held = 'turn' AND jobs.queue = lines.queue AND jobs.tenant = lines.tenant
    ORDER BY priority DESC, task DESC LIMIT 1
  ) AS first
  UNION ALL
  SELECT groups.queue, groups.tenant, groups.room, groups.lifo, next.priority, next.task
  FROM groups CROSS JOIN LATERAL (
    SELECT priority, task FROM jobs WHERE held = 'turn' AND jobs.queue = groups.queue AND jobs.tenant = groups.tenant
      AND (jobs.priority, jobs.task) < (groups.priority, groups.task)
    ORDER BY priority DESC, task DESC LIMIT 1
  ) AS next
)
SELECT next.id, groups.queue, groups.tenant, groups.task, groups.priority, ${milliseconds('next.queued_at')} AS "cameAt"
FROM groups CROSS JOIN LATERAL (
  (SELECT id, queued_at FROM jobs WHERE NOT groups.lifo AND held = 'turn' AND jobs.queue = groups.queue
     AND jobs.tenant = groups.tenant AND jobs.priority = groups.priority AND jobs.task = groups.task
   ORDER BY queued_at, id LIMIT groups.room)
  UNION ALL
  (SELECT id, queued_at FROM jobs WHERE groups.lifo AND held = 'turn' AND jobs.queue = groups.queue
     AND jobs.tenant = groups.tenant AND jobs.priority = groups.priority AND jobs.task = groups.task
   ORDER BY queued_at DESC, id DESC LIMIT groups.room)
) AS next`,
};

// Whoever has one of these jobs in hand just now changes it: it has its turn another time, and nobody waits, so that the order in which
// rows are locked does not matter. Those of a paused
// batch leave the line, or whoever stands behind them would wait for a pause that broke off. What is sent has the job's own priority.
// Whether a job is held is asked of the row that its id has found: asked of the table, the planner may find ids by reading the whole line.
const RELEASE: PreparedStatement = {
  ...{ name: 'release', reads: 'by key' },
  text: `
WITH free AS MATERIALIZED (
  SELECT position, job.id, job.held FROM unnest($1::uuid[]) WITH ORDINALITY AS chosen (id, position) CROSS JOIN LATERAL (
    SELECT id, held FROM jobs WHERE jobs.id = chosen.id FOR NO KEY UPDATE SKIP LOCKED
  ) AS job
), released AS (
  UPDATE jobs SET held = CASE WHEN ${IN_PAUSED_BATCH} THEN 'batch' END, sent_priority = NULL
  FROM free WHERE jobs.id = free.id AND free.held = 'turn'
  RETURNING jobs.id, jobs.run, jobs.held, position
)
INSERT INTO outbox (kind, job_id, run, free_at, taken)
SELECT 'work', id, run, now() + $2::int * interval '1 millisecond', $2::int > 0 FROM released WHERE held IS NULL ORDER BY position
RETURNING id`,
};
