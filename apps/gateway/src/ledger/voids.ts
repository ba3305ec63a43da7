import { type RunReport, type VoidedRun } from '#libs/contracts';
import { type KeyedQueries } from './database.js';
import { type DecidedJob } from './decided-job.js';
import { isId } from './ids.js';
import { type PreparedStatement } from './statement.js';

/** What is heard of a run, and from which domain. */
export interface HeardOfRun {
  readonly domain: string;
  readonly report: Pick<RunReport, 'type' | 'job' | 'run'>;
}

/**
 * Notes that messages of runs must not start: those that never left are taken out of the outbox, the others are voided on
 * the control stream and stay in force until they have come back. Returns whether anything is to be sent.
 */
export async function writeVoids(transaction: KeyedQueries, decisions: readonly DecidedJob[]): Promise<boolean> {
  const voided = decisions.flatMap(({ job, decision: { voidUpTo } }) =>
    voidUpTo === null ? [] : [{ job: job.id, run: voidUpTo, queue: job.queue }],
  );
  if (voided.length === 0) return false;
  const said = await transaction.query(WRITE_VOIDS, columnsOf(voided));
  return said.length > 0;
}

/**
 * Notes of jobs whose batch is paused that their messages must not start, if they have any; a run that has begun goes on. A message
 * that comes back is no reason to send another before the batch is resumed. Returns whether anything is to be said that was not said
 * before.
 */
export async function holdBackRuns(transaction: KeyedQueries, jobIds: readonly string[]): Promise<boolean> {
  if (jobIds.length === 0) return false;
  const said = await transaction.query(HOLD_BACK, [jobIds]);
  return said.length > 0;
}

/** What reports tell of messages that were voided. */
export interface HeardOfVoids {
  /** The voided runs that were reported on, as keys of `voidKey`. */
  readonly known: ReadonlySet<string>;
  /** Voids are to be sent again. */
  readonly toSend: boolean;
}

/**
 * Takes out of force what has come back, and voids again what has started nevertheless. Also messages of jobs that were
 * deleted are known here.
 */
export async function hearOfVoids(transaction: KeyedQueries, reports: readonly HeardOfRun[]): Promise<HeardOfVoids> {
  const heard = reports.filter(({ report }) => isId(report.job));
  if (heard.length === 0) return { known: new Set(), toSend: false };
  const rows = await transaction.query<VoidRow & { readonly back: boolean }>(HEAR_OF_VOIDS, [
    ...columnsOf(heard.map(({ domain, report: { job, run } }) => ({ job, run, queue: domain }))),
    heard.map(({ report }) => report.type !== 'started'),
  ]);
  return {
    known: new Set(rows.map((row) => voidKey({ job: row.job_id, run: row.run }))),
    toSend: rows.some(({ back, spares_begun: spares }) => !back && !spares),
  };
}

/** A void as the ledger has it. */
export interface VoidRow {
  readonly job_id: string;
  readonly run: number;
  readonly spares_begun: boolean;
}

/** A void as it is said on the control stream. */
export function voidedRunOf({ job_id: job, run, spares_begun: spares }: VoidRow): VoidedRun {
  return { job, upTo: run, ...(spares ? { begun: 'spared' } : {}) };
}

/** Names a run of a job. */
export function voidKey({ job, run }: { readonly job: string; readonly run: number }): string {
  return `${job} ${run}`;
}

function columnsOf(
  runs: readonly { readonly job: string; readonly run: number; readonly queue: string }[],
): [string[], number[], string[]] {
  return [runs.map(({ job }) => job), runs.map(({ run }) => run), runs.map(({ queue }) => queue)];
}

// A run that has an outcome, or whose message is known to have come back, may still be at work: its void is said, and not
// kept.
const WRITE_VOIDS = `
WITH voided AS (
  SELECT job_id, max(run) AS run, min(queue) AS queue
  FROM unnest($1::uuid[], $2::int[], $3::text[]) AS new (job_id, run, queue) GROUP BY job_id
), unsent AS (
  DELETE FROM outbox USING voided
  WHERE outbox.job_id = voided.job_id AND outbox.run <= voided.run AND kind = 'work' AND NOT taken
  RETURNING outbox.job_id, outbox.run
), sent AS (
  SELECT job_id, run, queue FROM voided
  WHERE NOT EXISTS (SELECT FROM unsent WHERE unsent.job_id = voided.job_id AND unsent.run = voided.run)
), kept AS (
  INSERT INTO voids (job_id, run, queue)
  SELECT job_id, run, queue FROM sent
  WHERE NOT EXISTS (SELECT FROM attempts WHERE attempts.job_id = sent.job_id AND attempts.run = sent.run
                    AND attempts.outcome IS NOT NULL)
    AND NOT EXISTS (SELECT FROM jobs WHERE jobs.id = sent.job_id AND jobs.run = sent.run AND returned_at IS NOT NULL)
  ORDER BY job_id, run
  ON CONFLICT (job_id, run) DO UPDATE SET spares_begun = false WHERE voids.spares_begun
)
INSERT INTO outbox (kind, job_id, run, free_at) SELECT 'void', job_id, run, now() FROM sent RETURNING id`;

const HOLD_BACK = `
WITH out AS (
  SELECT id, run, queue FROM jobs WHERE id = ANY($1::uuid[]) AND status IN ('queued','retrying') AND held IS NULL
), kept AS (
  INSERT INTO voids (job_id, run, queue, spares_begun) SELECT id, run, queue, true FROM out ORDER BY id, run
  ON CONFLICT DO NOTHING RETURNING job_id, run
)
INSERT INTO outbox (kind, job_id, run, free_at, spares_begun) SELECT 'void', job_id, run, now(), true FROM kept RETURNING id`;

// A start of a run whose void waits in the outbox needs no second one.
const HEAR_OF_VOIDS: PreparedStatement = {
  ...{ name: 'hear-of-voids', reads: 'by key' },
  text: `
WITH heard AS (
  SELECT job_id, run, queue, bool_or(back) AS back
  FROM unnest($1::uuid[], $2::int[], $3::text[], $4::boolean[]) AS heard (job_id, run, queue, back)
  GROUP BY job_id, run, queue
), known AS (
  SELECT heard.job_id, heard.run, back, spares_begun FROM heard CROSS JOIN LATERAL (
    SELECT spares_begun FROM voids WHERE voids.job_id = heard.job_id AND voids.run = heard.run AND voids.queue = heard.queue OFFSET 0
  ) AS voids
), gone AS (
  DELETE FROM voids USING known
  WHERE known.back AND voids.job_id = known.job_id AND voids.run = known.run AND voids.job_id = ANY($1::uuid[])
), again AS (
  INSERT INTO outbox (kind, job_id, run, free_at)
  SELECT 'void', job_id, run, now() FROM known
  WHERE NOT back AND NOT spares_begun AND NOT EXISTS (SELECT FROM outbox WHERE outbox.job_id = known.job_id AND outbox.kind = 'void' OFFSET 0)
)
SELECT job_id, run, back, spares_begun FROM known`,
};
