import { LIMITS } from '#libs/contracts';
import { uuidv7 } from 'uuidv7';
import { takeLocks, tenantTriggersLock } from './advisory-locks.js';
import { type Database, type Queries } from './database.js';
import {
  type FiringReason,
  TRIGGER_COLUMNS,
  type TriggerDefinition,
  triggerOf,
  type TriggerRecord,
  type TriggerRow,
  type TriggerRun,
} from './trigger-row.js';

/** Creates, reads and changes triggers. */
export class TriggerStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Undefined: the tenant has as many triggers as it may have. */
  async create(tenant: string, definition: TriggerDefinition): Promise<TriggerRecord | undefined> {
    return this.#database.transaction(async (transaction) => {
      await takeLocks(transaction, [tenantTriggersLock(tenant)]);
      if ((await countOf(transaction, tenant)) >= LIMITS.triggers) return undefined;
      await wantPattern(transaction, definition);
      const [row] = await transaction.query<TriggerRow>(CREATE, [uuidv7(), tenant, ...valuesOf(definition)]);
      if (row === undefined) throw new Error('The database inserted a trigger and returned no row.');
      return triggerOf(row);
    });
  }

  /** A trigger by its id; with a tenant, only that tenant's. */
  async find(id: string, tenant: string | null): Promise<TriggerRecord | undefined> {
    const [row] = await this.#database.query<TriggerRow>(
      `SELECT ${TRIGGER_COLUMNS} FROM triggers WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)`,
      [id, tenant],
    );
    return row === undefined ? undefined : triggerOf(row);
  }

  /** Triggers newest first; with `after`, those behind it. */
  async list(tenant: string | null, page: { limit: number; after: string | null }): Promise<TriggerRecord[]> {
    const rows = await this.#database.query<TriggerRow>(
      `SELECT ${TRIGGER_COLUMNS} FROM triggers
       WHERE ($1::text IS NULL OR tenant = $1) AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [tenant, page.after, page.limit],
    );
    return rows.map(triggerOf);
  }

  /** Every enabled trigger of a tenant. */
  async enabled(tenant: string): Promise<TriggerRecord[]> {
    const rows = await this.#database.query<TriggerRow>(
      `SELECT ${TRIGGER_COLUMNS} FROM triggers WHERE tenant = $1 AND enabled ORDER BY id`,
      [tenant],
    );
    return rows.map(triggerOf);
  }

  /**
   * Puts another definition in the place of that of a trigger as it was read. Undefined: somebody has changed or deleted it
   * since then.
   */
  async replace(known: TriggerRecord, definition: TriggerDefinition): Promise<TriggerRecord | undefined> {
    return this.#database.transaction(async (transaction) => {
      await wantPattern(transaction, definition);
      const [row] = await transaction.query<TriggerRow>(REPLACE, [known.id, known.version, ...valuesOf(definition)]);
      return row === undefined ? undefined : triggerOf(row);
    });
  }

  /** Ends a trigger: when this resolves, it starts no further job. Returns whether there was one. */
  async remove(id: string, tenant: string | null): Promise<boolean> {
    const rows = await this.#database.query(
      'DELETE FROM triggers WHERE id = $1 AND ($2::text IS NULL OR tenant = $2) RETURNING id',
      [id, tenant],
    );
    return rows.length > 0;
  }

  /** What became of the events that a trigger wanted, newest first; with `after`, those behind that number. */
  async runs(triggerId: string, page: { limit: number; after: number | null }): Promise<TriggerRun[]> {
    const rows = await this.#database.query<RunRow>(
      `SELECT number::float8 AS number, event_id, event_type, outcome, job_id, reason, ran_at FROM trigger_runs
       WHERE trigger_id = $1 AND ($2::bigint IS NULL OR number < $2) ORDER BY number DESC LIMIT $3`,
      [triggerId, page.after, page.limit],
    );
    return rows.map(({ number, outcome, reason, ...row }) => ({
      ...{ number, outcome, reason },
      ...{ eventId: row.event_id, eventType: row.event_type, jobId: row.job_id, at: row.ran_at },
    }));
  }
}

interface RunRow {
  readonly number: number;
  readonly event_id: string;
  readonly event_type: string;
  readonly outcome: TriggerRun['outcome'];
  readonly job_id: string | null;
  readonly reason: FiringReason | null;
  readonly ran_at: Date;
}

async function countOf(transaction: Queries, tenant: string): Promise<number> {
  const [row] = await transaction.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM triggers WHERE tenant = $1',
    [tenant],
  );
  return row?.count ?? 0;
}

/** Holds on to the row of a pattern, so that nobody takes its binding away before the trigger that wants it is there. */
async function wantPattern(transaction: Queries, { pattern, enabled }: TriggerDefinition): Promise<void> {
  if (!enabled) return;
  await transaction.query(
    'INSERT INTO event_patterns (pattern) VALUES ($1) ON CONFLICT (pattern) DO UPDATE SET pattern = excluded.pattern',
    [pattern],
  );
}

function valuesOf({ name, pattern, filter, request, enabled }: TriggerDefinition): unknown[] {
  return [name, pattern, JSON.stringify(filter), JSON.stringify(request), enabled];
}

const CREATE = `
INSERT INTO triggers (id, tenant, name, pattern, filter, request, enabled)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${TRIGGER_COLUMNS}`;

const REPLACE = `
UPDATE triggers SET version = version + 1, name = $3, pattern = $4, filter = $5, request = $6, enabled = $7,
  updated_at = date_trunc('milliseconds', now())
WHERE id = $1 AND version = $2 RETURNING ${TRIGGER_COLUMNS}`;
