import { type Heartbeat, type HeldMemory, type HeldRun, type ShownDependency, TIMES } from '#libs/contracts';
import { type Queries } from './database.js';
import { type PreparedStatement } from './statement.js';
import { UNSYNCED } from './unsynced.js';

/** By so much a worker's clock may fall behind from one heartbeat to the next before that is believed. */
const CLOCK_DOUBT_MS = 200;

/** One start of one process of a consumer app, as its heartbeats tell. Times are the ledger's. */
export interface WorkerRecord {
  readonly id: string;
  readonly domain: string;
  readonly appVersion: string;
  readonly concurrency: number;
  readonly runs: readonly HeldRun[];
  /** Null of one that does not tell. */
  readonly memory: HeldMemory | null;
  readonly firstHeardAt: Date;
  readonly heardAt: Date;
  /** How long ago that was, by the ledger's clock. */
  readonly heardMsAgo: number;
}

/** Where a worker stands in the list of all. */
export type WorkerPosition = Pick<WorkerRecord, 'domain' | 'id'>;

/** Where a worker stands in the list of those that are silent. */
export type SilentPosition = Pick<WorkerRecord, 'domain' | 'id' | 'heardAt'>;

/** Keeps who works, as heartbeats tell: gateways share them out among themselves, and each must know of all. */
export class WorkerStore {
  readonly #database: Queries;

  constructor(database: Queries) {
    this.#database = database;
  }

  /** Enters heartbeats; what is older than known is passed over. Who says that it leaves is known no more. */
  async hear(heartbeats: readonly Heartbeat[]): Promise<void> {
    const latest = new Map<string, Heartbeat>();
    for (const heartbeat of heartbeats) {
      const key = `${heartbeat.domain} ${heartbeat.worker}`;
      if (heartbeat.seq > (latest.get(key)?.seq ?? -1)) latest.set(key, heartbeat);
    }
    const staying = [...latest.values()].filter(({ leaves }) => leaves !== true);
    const leaving = [...latest.values()].filter(({ leaves }) => leaves === true);
    if (staying.length > 0) await this.#enter(staying);
    if (leaving.length > 0) await this.#remove(leaving);
  }

  async #enter(rows: readonly Heartbeat[]): Promise<void> {
    await this.#database.query(HEAR, [
      rows.map(({ domain }) => domain),
      rows.map(({ worker }) => worker),
      rows.map(({ appVersion }) => appVersion),
      rows.map(({ concurrency }) => concurrency),
      rows.map(({ runs }) => JSON.stringify(runs.map(({ job, run }) => ({ job, run })))),
      rows.map(({ seq }) => seq),
      rows.map(({ at }) => at ?? null),
      rows.map(({ storage }) => storage ?? null),
      rows.map(({ dependencies }) => JSON.stringify((dependencies ?? []).map(known))),
      rows.map(({ memory }) => (memory === undefined ? null : JSON.stringify(knownOf(memory)))),
    ]);
  }

  async #remove(rows: readonly Heartbeat[]): Promise<void> {
    await this.#database.query(LEAVE, [
      rows.map(({ domain }) => domain),
      rows.map(({ worker }) => worker),
      rows.map(({ seq }) => seq),
    ]);
  }

  /** Workers by domain and id, behind a position: all of them, or those that are alive. */
  async list(page: {
    readonly limit: number;
    readonly after: WorkerPosition | null;
    readonly onlyAlive?: boolean;
  }): Promise<WorkerRecord[]> {
    const { after, limit, onlyAlive = false } = page;
    return this.#database.query<WorkerRecord>(LIST, [after?.domain ?? null, after?.id ?? null, limit, onlyAlive]);
  }

  /** Workers that are not alive, the one first that was heard of last, behind a position. */
  async silent(page: { readonly limit: number; readonly after: SilentPosition | null }): Promise<WorkerRecord[]> {
    const { after, limit } = page;
    const position = [after?.heardAt ?? null, after?.domain ?? null, after?.id ?? null];
    return this.#database.query<WorkerRecord>(LIST_SILENT, [...position, limit]);
  }

  /** Removes who has not been heard of for a day. */
  async forget(): Promise<void> {
    await this.#database.query(`DELETE FROM workers WHERE heard_at < now() - interval '1 day'`);
  }
}

/** The fields that are known; a newer sender may have more. */
function known({ name, state, inFlight, parked }: ShownDependency): ShownDependency {
  return { name, state, inFlight, parked };
}

function knownOf({ rss, limit }: HeldMemory): HeldMemory {
  return { rss, limit };
}

// In the order of the key, so that two gateways cannot lock each other out. The next heartbeat says it again.
const HEAR: PreparedStatement = {
  name: 'hear-workers',
  text: `
WITH ${UNSYNCED}
INSERT INTO workers (domain, id, app_version, concurrency, runs, seq, clock_behind_ms, storage, dependencies, memory)
SELECT domain, id, app_version, concurrency, runs::jsonb, seq, extract(epoch FROM clock_timestamp()) * 1000 - at, storage,
       dependencies::jsonb, memory::jsonb
FROM unsynced, unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::bigint[], $7::float8[], $8::text[],
                      $9::text[], $10::text[])
  AS new (domain, id, app_version, concurrency, runs, seq, at, storage, dependencies, memory)
ORDER BY domain, id
ON CONFLICT (domain, id) DO UPDATE SET
  app_version = excluded.app_version, concurrency = excluded.concurrency, runs = excluded.runs, seq = excluded.seq,
  heard_at = excluded.heard_at, storage = excluded.storage,
  dependencies = excluded.dependencies, memory = excluded.memory,
  clock_behind_ms = least(excluded.clock_behind_ms, workers.clock_behind_ms + ${CLOCK_DOUBT_MS})
WHERE excluded.seq > workers.seq`,
};

// An older heartbeat that another gateway enters later brings the worker back, as one that is silent from then on.
const LEAVE = `
WITH gone AS (
  SELECT domain, id FROM workers JOIN unnest($1::text[], $2::text[], $3::bigint[]) AS said (domain, id, seq) USING (domain, id)
  WHERE said.seq > workers.seq ORDER BY domain, id FOR UPDATE OF workers
)
DELETE FROM workers USING gone WHERE workers.domain = gone.domain AND workers.id = gone.id`;

const RECORD = `
SELECT id, domain, app_version AS "appVersion", concurrency, runs, memory, first_heard_at AS "firstHeardAt", heard_at AS "heardAt",
       (extract(epoch FROM clock_timestamp() - heard_at) * 1000)::float8 AS "heardMsAgo"
FROM workers`;

const IS_ALIVE = `heard_at > now() - interval '${TIMES.silenceMs} milliseconds'`;

const LIST = `${RECORD}
WHERE ($1::text IS NULL OR (domain, id) > ($1, $2::text)) AND (NOT $4::boolean OR ${IS_ALIVE}) ORDER BY domain, id LIMIT $3`;

// To the millisecond, as positions have it.
const HEARD = "date_trunc('milliseconds', heard_at)";

const LIST_SILENT = `${RECORD}
WHERE NOT ${IS_ALIVE} AND ($1::timestamptz IS NULL OR (${HEARD}, domain, id) < ($1, $2::text, $3::text))
ORDER BY ${HEARD} DESC, domain DESC, id DESC LIMIT $4`;
