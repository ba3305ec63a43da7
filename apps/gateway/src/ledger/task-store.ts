import { type Announcement, type TaskAnnouncement } from '#libs/contracts';
import { type Database, type Transaction } from './database.js';
import { IS_HEARD } from './heard-workers.js';

/** A task that a consumer app has announced. */
export interface TaskRecord extends TaskAnnouncement {
  readonly queue: string;
  /** The key of the queue that its domain's newest app has announced. */
  readonly queueKey: string;
  /** False when no living app has announced it for a day, or the newest version of its app no longer has it. */
  readonly available: boolean;
  /** The newest version of its app no longer has it: new jobs are refused. */
  readonly withdrawn: boolean;
  /** Worker processes of its queue that were heard of within 10 s and have not left. */
  readonly workers: number;
}

const REFRESH_MS = 1_000;

/** Announced tasks, answered from memory; what another gateway wrote is seen within a second. */
export class TaskStore {
  readonly #database: Database;
  #tasks = new Map<string, TaskRecord>();
  #aliases = new Map<string, string>();
  #refreshing: NodeJS.Timeout | undefined;
  /** How many refreshes have begun, and the newest whose tasks are in memory. */
  #begun = 0;
  #shown = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Reads the tasks, and goes on reading them every second until `stop`. */
  async start(): Promise<void> {
    await this.refresh();
    this.#refreshing = setInterval(() => void this.refresh().catch(() => undefined), REFRESH_MS).unref();
  }

  stop(): void {
    clearInterval(this.#refreshing);
  }

  /** Every task, by name. */
  all(): TaskRecord[] {
    return [...this.#tasks.values()];
  }

  find(name: string): TaskRecord | undefined {
    return this.#tasks.get(name);
  }

  /** Every domain that has been announced. */
  async domains(): Promise<string[]> {
    const rows = await this.#database.query<{ name: string }>('SELECT name FROM domains ORDER BY name');
    return rows.map(({ name }) => name);
  }

  /**
   * The task that a name without a domain stands for: the one that took it first, or the only one there is, which
   * takes it now. Undefined when there is none, or more than one and none has taken it.
   */
  async resolveBare(bare: string): Promise<TaskRecord | undefined> {
    const taken = this.#aliases.get(bare);
    if (taken !== undefined) return this.#tasks.get(taken);
    const candidates = this.all().filter(({ name, queue }) => name === `${queue}.${bare}`);
    const [only] = candidates;
    if (only === undefined || candidates.length > 1) return undefined;
    await this.#database.query('INSERT INTO task_aliases (bare, task) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      bare,
      only.name,
    ]);
    await this.refresh();
    return this.#tasks.get(this.#aliases.get(bare) ?? '');
  }

  /** Enters what an app says of itself. Returns whether its domain is new or has moved to a newer queue. */
  async announce(announcement: Announcement): Promise<boolean> {
    const moved = await this.#database.transaction(async (transaction) => {
      const changed = await enterDomain(transaction, announcement);
      for (const task of announcement.tasks) {
        await transaction.query(ENTER_TASK, [...taskValues(task), announcement.domain, announcement.appVersion]);
      }
      await transaction.query(
        `UPDATE tasks SET withdrawn_at = now()
         WHERE domain = $1 AND ${numbers('app_version')} <= ${numbers('$2::text')} AND withdrawn_at IS NULL AND name <> ALL($3::text[])`,
        [announcement.domain, announcement.appVersion, announcement.tasks.map(({ name }) => name)],
      );
      return changed;
    });
    await this.refresh();
    return moved;
  }

  async refresh(): Promise<void> {
    const turn = (this.#begun += 1);
    const known = this.#tasks;
    const rows = await this.#database.query<TaskRow>(READ_TASKS, [[...known.values()].map(versionOf)]);
    const aliases = await this.#database.query<{ bare: string; task: string }>('SELECT bare, task FROM task_aliases');
    // One that began earlier may come to its end later: what it has read is old.
    if (turn < this.#shown) return;
    this.#shown = turn;
    this.#tasks = new Map(rows.map((row) => [row.name, recordOf(row, row.schema ?? schemaOf(known.get(row.name)))]));
    this.#aliases = new Map(aliases.map(({ bare, task }) => [bare, task]));
  }
}

async function enterDomain(transaction: Transaction, { domain, queue }: Announcement): Promise<boolean> {
  const [before] = await transaction.query<{ queue_key: string }>(
    'SELECT queue_key FROM domains WHERE name = $1 FOR UPDATE',
    [domain],
  );
  const [after] = await transaction.query<{ queue_key: string }>(ENTER_DOMAIN, [
    domain,
    queue.key,
    queue.type,
    queue.number,
  ]);
  return before?.queue_key !== after?.queue_key;
}

// A queue of a higher number is newer; of equal numbers the last announced counts, so that a type can be changed both ways.
const ENTER_DOMAIN = `
INSERT INTO domains (name, queue_key, queue_type, queue_number) VALUES ($1, $2, $3, $4)
ON CONFLICT (name) DO UPDATE SET announced_at = now(),
  queue_key = CASE WHEN excluded.queue_number >= domains.queue_number THEN excluded.queue_key ELSE domains.queue_key END,
  queue_type = CASE WHEN excluded.queue_number >= domains.queue_number THEN excluded.queue_type ELSE domains.queue_type END,
  queue_number = greatest(excluded.queue_number, domains.queue_number)
RETURNING queue_key`;

/** The numbers of a version such as `1.10.0-rc.1`, in SQL: texts would put 1.10 before 1.9. */
function numbers(version: string): string {
  return `coalesce(string_to_array(substring(${version} FROM '^[0-9]{1,9}(?:[.][0-9]{1,9})*'), '.')::int[], '{0}')`;
}

// The schema of the newest version of an app counts while two versions run side by side.
const ENTER_TASK = `
INSERT INTO tasks (name, description, schema, defaults, max_timeout_ms, max_payload, example, hash, domain, app_version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (name) DO UPDATE SET description = excluded.description, schema = excluded.schema,
  defaults = excluded.defaults, max_timeout_ms = excluded.max_timeout_ms, max_payload = excluded.max_payload,
  example = excluded.example, hash = excluded.hash, app_version = excluded.app_version, announced_at = now(),
  withdrawn_at = NULL
WHERE ${numbers('tasks.app_version')} <= ${numbers('excluded.app_version')}`;

// Schemas are long: those that are known are not read again. A version's hash tells its schema apart, as wherever payloads are checked.
const READ_TASKS = `
SELECT tasks.name, description, CASE WHEN tasks.name || ' ' || hash <> ALL ($1::text[]) THEN schema END AS schema, defaults, max_timeout_ms::float8 AS max_timeout_ms, max_payload, example, hash,
       domain, queue_key, withdrawn_at IS NOT NULL AS withdrawn,
       withdrawn_at IS NULL AND tasks.announced_at > now() - interval '1 day' AS available, coalesce(heard.workers, 0)::int AS workers
FROM tasks JOIN domains ON domains.name = tasks.domain LEFT JOIN (
  SELECT domain, count(*) AS workers FROM workers WHERE ${IS_HEARD} GROUP BY domain
) AS heard USING (domain) ORDER BY tasks.name`;

interface TaskRow {
  readonly name: string;
  readonly description: string;
  /** Null of a version that is known. */
  readonly schema: Record<string, unknown> | null;
  readonly defaults: TaskAnnouncement['defaults'];
  readonly max_timeout_ms: number;
  readonly max_payload: number;
  readonly example: unknown;
  readonly hash: string;
  readonly domain: string;
  readonly queue_key: string;
  readonly withdrawn: boolean;
  readonly available: boolean;
  readonly workers: number;
}

/** Of a task that was in memory when its version was named as known. */
function schemaOf(task: TaskRecord | undefined): TaskRecord['schema'] {
  if (task === undefined)
    throw new Error('The ledger has left out the schema of a task that was not said to be known.');
  return task.schema;
}

/** As the statement that reads tasks names it. */
function versionOf({ name, hash }: TaskRecord): string {
  return `${name} ${hash}`;
}

function taskValues(task: TaskAnnouncement): unknown[] {
  return [
    task.name,
    task.description,
    JSON.stringify(task.schema),
    JSON.stringify(task.defaults),
    task.maxTimeoutMs,
    task.maxPayload,
    JSON.stringify(task.example),
    task.hash,
  ];
}

function recordOf(row: TaskRow, schema: TaskRecord['schema']): TaskRecord {
  return {
    name: row.name,
    description: row.description,
    schema,
    defaults: row.defaults,
    maxTimeoutMs: row.max_timeout_ms,
    maxPayload: row.max_payload,
    example: row.example,
    hash: row.hash,
    queue: row.domain,
    queueKey: row.queue_key,
    available: row.available,
    withdrawn: row.withdrawn,
    workers: row.workers,
  };
}
