import { createHash } from 'node:crypto';
import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, PermanentError, RetryAfter, Task, TaskController } from '#libs/consumer';
import { type BulkImport, Catalog, type ImportCounts, type ImportPlan, openImport } from '#libs/datasets';
import { type Connection } from '../../connections/connection.js';
import { ConnectionCalls } from '../../connections/connection-calls.js';
import { Connections } from '../../connections/connections.js';
import { type Resource } from '../../connections/resource.js';
import { asJobError } from '../../dataset-errors.js';
import { Pages } from './pages.js';
import { SyncRows } from './sync-rows.js';
import { SyncPayload } from './sync.payload.js';
import { stateAfter, stateAtStart, type SyncState } from './sync-state.js';

/** What an `integrations.sync` job results in. Rejected rows do not fail it. */
export interface SyncResult extends ImportCounts {
  /** Rows that the host has named as deleted. */
  readonly deleted: number;
  readonly pages: number;
  /** The newest that was seen; null when the resource does not say. The next sync begins there. */
  readonly cursor: string | null;
}

/** See `ImportPlan`. */
const LONGEST_MARK = 255;
const MOST_REJECTED = 10_000;
const TOLD_REJECTED = 20;
/** Far below the time-out: what is left is read by another run, which is no attempt. */
const LONGEST_RUN_MS = 20 * 60_000;

/** `integrations.sync`: the rows of an API into the table of a dataset, each time what is new. */
@TaskController('integrations')
export class SyncHandler {
  constructor(
    private readonly connections: Connections,
    private readonly calls: ConnectionCalls,
    private readonly catalog: Catalog,
  ) {}

  @Task('sync', {
    payload: SyncPayload,
    description: 'Reads the pages of an HTTP API into a dataset, from where the sync before has ended.',
    example: { connection: 'shop', resource: 'customers', dataset: 'customers' },
    timeout: '25m',
  })
  async sync(@Payload() payload: SyncPayload, @Ctx() job: JobContext): Promise<SyncResult> {
    const connection = this.connections.get(payload.connection, job.tenant);
    const resource = resourceOf(connection, payload.resource);
    try {
      return await this.#sync({ connection, resource, payload }, job);
    } catch (error) {
      throw asJobError(error);
    }
  }

  async #sync({ connection, resource, payload }: Asked, job: JobContext): Promise<SyncResult> {
    const dataset = this.catalog.dataset(payload.dataset, job.tenant);
    const rows = new SyncRows(resource, dataset);
    const mark = markOf(payload, job.tenant);
    const plan: ImportPlan = {
      ...{ dataset, columns: rows.columns, mode: 'upsert', dryRun: false },
      ...{ tenant: job.tenant, jobId: job.id, mark },
    };
    const target = await openImport(plan, job.signal);
    try {
      const started = stateAtStart(target.mark, job.id, payload.cursor);
      const { deleted, pages, cursor } = await readAll(new Pages(this.calls, connection, resource), rows, {
        target,
        job,
        started,
      });
      return { ...target.counts, deleted, pages, cursor };
    } finally {
      await target.close();
    }
  }
}

interface Asked {
  readonly connection: Connection;
  readonly resource: Resource;
  readonly payload: SyncPayload;
}

interface Reading {
  readonly target: BulkImport;
  readonly job: JobContext;
  readonly started: SyncState;
}

/** Writes page by page. A page's rows and the place behind it are one transaction. */
async function readAll(pages: Pages, rows: SyncRows, { target, job, started }: Reading): Promise<SyncState> {
  const goOnUntil = Date.now() + LONGEST_RUN_MS;
  let state = started;
  let read = target.alreadyRead;
  let told = 0;
  checkRejected(target.counts);
  while (!state.done) {
    if (Date.now() > goOnUntil) throw new RetryAfter('1s', 'sync_goes_on');
    const page = await pages.read(state, job);
    const { deleted, ...batch } = rows.batchOf(page.rows, read);
    state = stateAfter(state, { ...page, deleted });
    await target.write({ ...batch, mark: JSON.stringify(state) });
    read += page.rows.length;
    for (const { line, column, reason } of batch.rejected.slice(0, TOLD_REJECTED - told)) {
      job.log.warn('A row was rejected', { row: line, column, reason });
      told += 1;
    }
    checkRejected(target.counts);
    void job.progress(0, progressOf(state, target.counts));
  }
  return state;
}

/** Under which name its place is kept: a long one by its digest. */
function markOf({ connection, resource, dataset }: SyncPayload, tenant: string): string {
  const name = [tenant, connection, resource, dataset].join('/');
  return name.length <= LONGEST_MARK ? name : createHash('sha256').update(name).digest('hex');
}

function resourceOf({ name, resources }: Connection, resource: string): Resource {
  const found = resources.get(resource);
  if (found !== undefined) return found;
  const message = `The connection ${name} has no resource ${JSON.stringify(resource)}.`;
  throw new PermanentError('unknown_resource', message);
}

function checkRejected({ rejected }: ImportCounts): void {
  if (rejected <= MOST_REJECTED) return;
  throw new PermanentError(
    'too_many_rejected',
    `More than ${MOST_REJECTED} rows were rejected. Are these the right columns?`,
  );
}

function progressOf({ pages, deleted }: SyncState, { inserted, updated, rejected }: ImportCounts): string {
  return `${pages} pages: ${inserted} inserted, ${updated} updated, ${deleted} deleted, ${rejected} rejected`;
}
