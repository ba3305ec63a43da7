import { lost } from '../tracker/transitions.js';
import { type Database, type Queries } from './database.js';
import { writeDecisions } from './decision-writes.js';
import { readStates } from './job-states.js';
import { type PreparedStatement } from './statement.js';

/** A job whose message has come back while it ran, and what its worker's latest heartbeat says of it. */
export interface ReturnedRun {
  readonly job: string;
  readonly run: number;
  /** When its worker was last heard, in milliseconds since 1970 by the ledger's clock; null when it never was. */
  readonly heardAt: number | null;
  /** Whether that heartbeat names the run. */
  readonly named: boolean;
}

/** What is known of the runs that came back, at one moment. */
export interface ReturnedRuns {
  readonly runs: readonly ReturnedRun[];
  /** When any worker at all was last heard; null when none was. */
  readonly anyHeardAt: number | null;
}

/** Reads the jobs that are in doubt, and charges those whose worker is gone. */
export class ReturnedStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async read(): Promise<ReturnedRuns> {
    const runs = await this.#database.queryByKey<ReturnedRun>(READ_RETURNED);
    const [any] = await this.#database.query<{ at: number | null }>(
      `SELECT ${milliseconds('max(heard_at)')} AS at FROM workers`,
    );
    return { runs, anyHeardAt: any?.at ?? null };
  }

  /** Charges runs as lost that still are what they were when they were read. Returns how many. */
  async lose(runs: readonly Pick<ReturnedRun, 'job' | 'run'>[]): Promise<number> {
    return this.#database.transaction((transaction) =>
      lose(transaction, new Map(runs.map(({ job, run }) => [job, run]))),
    );
  }
}

async function lose(transaction: Queries, runs: ReadonlyMap<string, number>): Promise<number> {
  const { now, states } = await readStates(transaction, [...runs.keys()]);
  const inDoubt = [...states.values()].filter(({ id, run, returnedAt }) => returnedAt !== null && runs.get(id) === run);
  const decisions = inDoubt.map((state) => lost(state, now));
  await writeDecisions(
    transaction,
    decisions.map(({ state }) => state),
    decisions.map((decision) => ({ job: decision.state, decision })),
  );
  return decisions.length;
}

function milliseconds(time: string): string {
  return `(extract(epoch FROM ${time}) * 1000)::float8`;
}

// There are few, and an index knows them; a planner without statistics would rather read every job, each second.
const READ_RETURNED: PreparedStatement = {
  ...{ name: 'read-returned', reads: 'by key' },
  text: `
SELECT jobs.id AS job, jobs.run, ${milliseconds('workers.heard_at')} AS "heardAt",
       coalesce(workers.runs @> jsonb_build_array(jsonb_build_object('job', jobs.id, 'run', jobs.run)), false) AS named
FROM jobs LEFT JOIN workers ON workers.domain = jobs.queue AND workers.id = jobs.worker_id
WHERE jobs.returned_at IS NOT NULL`,
};
