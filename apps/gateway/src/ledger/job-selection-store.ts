import { type Database } from './database.js';
import { conditionsOf, type JobFilter } from './job-filter.js';
import { type TimeCursor } from './time-cursor.js';

/** How many jobs a filter chooses, and when that was so. */
export interface JobCount {
  readonly count: number;
  readonly at: Date;
}

/** A job of a list, and whose it is. */
export interface ChosenJob extends TimeCursor {
  readonly tenant: string;
}

/** Counts the jobs that a filter chooses, and goes through them. */
export class JobSelectionStore {
  constructor(private readonly database: Database) {}

  /** Counts those of a list: behind `after` when it is given. */
  async count(filter: JobFilter, after: TimeCursor | null): Promise<JobCount> {
    const { where, values } = chosenBy(filter, after, 1);
    const [row] = await this.database.query<JobCount>(
      `SELECT count(*)::int AS count, date_trunc('milliseconds', now()) AS at FROM jobs WHERE ${where}`,
      values,
    );
    if (row === undefined) throw new Error('The database counted jobs and returned no row.');
    return row;
  }

  /** Where the next jobs of the list are, newest first: behind `after` when it is given. */
  async next(
    filter: JobFilter,
    { limit, after }: { readonly limit: number; readonly after: TimeCursor | null },
  ): Promise<readonly ChosenJob[]> {
    const { where, values } = chosenBy(filter, after, 2);
    const rows = await this.database.query<{ id: string; tenant: string; at: Date }>(
      `SELECT id, tenant, created_at AS at FROM jobs WHERE ${where} ORDER BY created_at DESC, id DESC LIMIT $1`,
      [limit, ...values],
    );
    return rows.map(({ id, tenant, at }) => ({ id, tenant, at: at.toISOString() }));
  }
}

/** The condition of a filter, with its values from the parameter `first` on. */
function chosenBy(
  filter: JobFilter,
  after: TimeCursor | null,
  first: number,
): { readonly where: string; readonly values: readonly unknown[] } {
  const conditions = conditionsOf(filter, after);
  const where = ['true', ...conditions.map(({ sql }, index) => sql.replaceAll('?', `$${index + first}`))];
  return { where: where.join(' AND '), values: conditions.map(({ value }) => value) };
}
