import { type JobChange } from '#libs/contracts';
import { isoOf, type JobRecord } from './job-row.js';
import { type Database } from './database.js';

/** Says what jobs are, as their latest changes would have told. */
export class ChangeStore {
  constructor(private readonly database: Pick<Database, 'query'>) {}

  /** The jobs of these ids that there are. */
  async read(ids: readonly string[]): Promise<JobChange[]> {
    const rows = await this.database.query<StateRow>(
      `SELECT id, version, status, attempt, progress, progress_message, next_attempt_at, cancel_requested_at
       FROM jobs WHERE id = ANY($1::uuid[])`,
      [ids],
    );
    return rows.map(changeOf);
  }
}

type StateRow = Pick<
  JobRecord,
  'id' | 'version' | 'status' | 'attempt' | 'progress' | 'progress_message' | 'next_attempt_at' | 'cancel_requested_at'
>;

function changeOf({ id, version, status, attempt, ...row }: StateRow): JobChange {
  return {
    ...{ id, version, status, attempt },
    progress: { percent: row.progress, message: row.progress_message },
    nextAttemptAt: isoOf(row.next_attempt_at),
    cancelRequestedAt: isoOf(row.cancel_requested_at),
  };
}
