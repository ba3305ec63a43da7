import { Controller, Get, Query } from '@nestjs/common';
import { RequireScope } from '../api-keys/caller.js';
import { type Page, pageOf, readPageRequest } from '../http/page.js';
import { QueryReader } from '../http/query.js';
import { type WorkerPosition, WorkerStore } from '../ledger/worker-store.js';
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
      'one that died shows as not alive.',
    query: paged(),
    status: 200,
    answer: 'WorkerPage',
    problems: [422],
  })
  async list(@Query() parameters: unknown): Promise<Page<ShownWorker>> {
    const query = new QueryReader(parameters);
    const { limit, after } = readPageRequest(query, readPosition);
    query.done();
    const rows = await this.workers.list({ limit: limit + 1, after });
    return pageOf(rows, limit, ({ domain, id }) => `${domain} ${id}`, shownWorker);
  }
}

// A domain has no space, a worker's id may have one.
function readPosition(text: string): WorkerPosition | undefined {
  const end = text.indexOf(' ');
  return end > 0 ? { domain: text.slice(0, end), id: text.slice(end + 1) } : undefined;
}
