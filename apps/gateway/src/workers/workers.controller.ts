import { Controller, Get, Query } from '@nestjs/common';
import { RequireScope } from '../api-keys/caller.js';
import { type Page, pageOf, readPageRequest } from '../http/page.js';
import { readTime } from '../http/iso-time.js';
import { QueryReader } from '../http/query.js';
import { readYesOrNo } from '../http/yes-or-no.js';
import { type SilentPosition, type WorkerPosition, WorkerStore } from '../ledger/worker-store.js';
import { Described, paged } from '../openapi/described.js';
import { type ShownWorker, shownWorker } from './shown-worker.js';

@Controller('v1/workers')
@RequireScope('admin')
export class WorkersController {
  constructor(private readonly workers: WorkerStore) {}

  @Get()
  @Described({
    summary: 'List the workers that were heard of within a day and have not ended well, by name',
    description:
      'A worker is one start of one process of a consumer app. It is heard of every two seconds, and leaves the list when it ends well; ' +
      'one that died shows as not alive. Those alone that are not alive come with the one first that was heard of last.',
    query: paged({ alive: 'True: those alone that are alive. False: the others alone.' }),
    status: 200,
    answer: 'WorkerPage',
    problems: [422],
  })
  async list(@Query() parameters: unknown): Promise<Page<ShownWorker>> {
    const query = new QueryReader(parameters);
    const alive = query.parsed('alive', readYesOrNo, 'true or false');
    return alive === false ? this.#silent(query) : this.#byName(query, alive === true);
  }

  async #byName(query: QueryReader, onlyAlive: boolean): Promise<Page<ShownWorker>> {
    const { limit, after } = readPageRequest(query, readPosition);
    query.done();
    const rows = await this.workers.list({ limit: limit + 1, after, onlyAlive });
    return pageOf(rows, limit, positionText, shownWorker);
  }

  async #silent(query: QueryReader): Promise<Page<ShownWorker>> {
    const { limit, after } = readPageRequest(query, readTimedPosition);
    query.done();
    const rows = await this.workers.silent({ limit: limit + 1, after });
    return pageOf(rows, limit, (row) => `${row.heardAt.toISOString()} ${positionText(row)}`, shownWorker);
  }
}

function positionText({ domain, id }: WorkerPosition): string {
  return `${domain} ${id}`;
}

// A domain has no space, a worker's id may have one.
function readPosition(text: string): WorkerPosition | undefined {
  const end = text.indexOf(' ');
  return end > 0 ? { domain: text.slice(0, end), id: text.slice(end + 1) } : undefined;
}

function readTimedPosition(text: string): SilentPosition | undefined {
  const end = text.indexOf(' ');
  const heardAt = readTime(text.slice(0, Math.max(0, end)));
  const named = readPosition(text.slice(end + 1));
  return heardAt === undefined || named === undefined ? undefined : { heardAt, ...named };
}
