import { type ReleaseRules } from '../release/release-plan.js';
import { type KeyedQueries } from './database.js';
import { type Line, lineKey } from './outbox.js';
import { type PreparedStatement } from './statement.js';

/** The open jobs of one tenant in one queue, and how those are let go that wait. */
export interface Standing extends Line {
  readonly rules: ReleaseRules;
  /** Jobs that have a message in the queue or are with a worker, counted as far as the window goes; for one without a bound they are not. */
  readonly out: number;
  /** Jobs wait for their turn. */
  readonly holds: boolean;
}

/** Who has open jobs in which queue. */
export async function readLines(queries: KeyedQueries): Promise<readonly Line[]> {
  return queries.query<Line>(LINES);
}

/** What is out is counted as far as the window goes: there may be a million. */
export async function readStandings(
  queries: KeyedQueries,
  lines: readonly Line[],
  windowOf: (queue: string) => number,
): Promise<readonly Standing[]> {
  const countedTo = ({ queue }: Line): number => (Number.isFinite(windowOf(queue)) ? windowOf(queue) : 0);
  const [standings, retries] = await Promise.all([
    queries.query<Standing>(STANDINGS, [
      lines.map(({ queue }) => queue),
      lines.map(({ tenant }) => tenant),
      lines.map(countedTo),
    ]),
    queries.query<Line & { readonly jobs: number }>(DUE_RETRIES),
  ]);
  const due = new Map(retries.map(({ jobs, ...line }) => [lineKey(line), jobs]));
  return standings.map((standing) => ({ ...standing, out: standing.out + (due.get(lineKey(standing)) ?? 0) }));
}

const OPEN = "jobs.status IN ('scheduled','queued','running','retrying')";

// Goes from line to line by the index, however long lines are.
const LINES: PreparedStatement = {
  ...{ name: 'read-lines', reads: 'by key' },
  text: `
WITH RECURSIVE lines AS (
  (SELECT queue, tenant FROM jobs WHERE ${OPEN} ORDER BY queue, tenant LIMIT 1)
  UNION ALL
  SELECT next.queue, next.tenant FROM lines CROSS JOIN LATERAL (
    SELECT queue, tenant FROM jobs WHERE ${OPEN} AND (jobs.queue, jobs.tenant) > (lines.queue, lines.tenant)
    ORDER BY queue, tenant LIMIT 1
  ) AS next
)
SELECT queue, tenant FROM lines`,
};

// A retry whose time has come is in the queue without having been let go again: it takes room. The order wants the index, whatever the
// statistics say.
const DUE_RETRIES: PreparedStatement = {
  ...{ name: 'count-due-retries', reads: 'by key' },
  text: `
SELECT queue, tenant, count(*)::int AS jobs
FROM (SELECT queue, tenant FROM jobs WHERE status = 'retrying' AND next_attempt_at <= now() ORDER BY next_attempt_at OFFSET 0) AS due
GROUP BY queue, tenant`,
};

// Whether any job is held the index knows: the order wants it, when the planner hopes to find one soon in a table of which many are.
const STANDINGS: PreparedStatement = {
  ...{ name: 'read-standings', reads: 'by key' },
  text: `
SELECT lines.queue, lines.tenant,
       (SELECT count(*) FROM (
          SELECT FROM jobs WHERE jobs.queue = lines.queue AND jobs.tenant = lines.tenant AND held IS NULL
            AND status IN ('queued','running') LIMIT lines.counted_to
        ) AS counted)::int AS out,
       (SELECT true FROM jobs WHERE jobs.queue = lines.queue AND jobs.tenant = lines.tenant AND held = 'turn'
        ORDER BY priority LIMIT 1) IS TRUE AS holds,
       json_build_object('order', coalesce(release_order, 'fifo'), 'weights', coalesce(weights, '{}')) AS rules
FROM unnest($1::text[], $2::text[], $3::int[]) AS lines (queue, tenant, counted_to) LEFT JOIN queue_settings USING (queue)`,
};
