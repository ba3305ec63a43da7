import { Controller, Get, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Caller, CurrentCaller, OpenWithoutContents, RequireScope, visibleTenant } from '../api-keys/caller.js';
import { pathId } from '../http/ids.js';
import { type Page, pageOf } from '../http/page.js';
import { missing } from '../http/problem.js';
import { positionText } from '../http/time-position.js';
import { IDEMPOTENCY, readIdempotencyKey } from '../jobs/idempotency-key.js';
import { readTraceparent } from '../jobs/traceparent.js';
import { type Batch } from '../ledger/batch-reads.js';
import { BatchPauseStore } from '../ledger/batch-pause-store.js';
import { BatchStore } from '../ledger/batch-store.js';
import { Described, paged } from '../openapi/described.js';
import { BATCH_EXAMPLES } from '../openapi/request-examples.js';
import { BatchAcceptance } from './batch-acceptance.js';
import { BATCH_SCHEMA, readBatchBody } from './batch-body.js';
import { BatchGate } from './batch-gate.js';
import { readBatchQuery } from './batch-query.js';
import { BatchSteering } from './batch-steering.js';
import { shownBatch, type ShownBatch } from './batch-view.js';

/** The answer to a batch call. */
interface AcceptedBatch {
  readonly batchId: string;
  readonly jobs: readonly { readonly id: string }[];
}

/** Jobs that come in one call, and are watched and moved together. */
@Controller('v1')
export class BatchesController {
  readonly #gate = new BatchGate();

  constructor(
    private readonly batches: BatchStore,
    private readonly acceptance: BatchAcceptance,
    private readonly steering: BatchSteering,
    private readonly pauses: BatchPauseStore,
  ) {}

  @Post('jobs/batch')
  @Described({
    summary: 'Enqueue up to 10,000 jobs: all of them, or none',
    description:
      'The ids come in the order of the request. As NDJSON (`application/x-ndjson`) the body has a job in each line. A job ' +
      'whose `uniqueKey` is held is not entered: the id in its place is that of the job that holds it. `then` is enqueued ' +
      'once, when the last job of the batch has ended.',
    body: BATCH_SCHEMA,
    examples: BATCH_EXAMPLES,
    headers: IDEMPOTENCY,
    status: 202,
    answer: 'AcceptedBatch',
    repeated: 'The answer to this Idempotency-Key again.',
    problems: [400, 409, 413, 415, 422, 429, 503],
  })
  @ApiConsumes('application/json', 'application/x-ndjson')
  @HttpCode(202)
  @RequireScope('jobs:write')
  async enqueue(
    @Req() request: FastifyRequest,
    @CurrentCaller() caller: Caller,
    @Headers() headers: Record<string, unknown>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedBatch> {
    return this.#gate.within(async () => {
      const body = await readBatchBody(request);
      const asked = body.then === undefined ? body.jobs : [...body.jobs, { then: body.then }];
      const key = readIdempotencyKey(headers['idempotency-key'], {
        tenant: caller.tenant,
        call: 'POST /v1/jobs/batch',
        body: asked,
      });
      const call = { caller, traceparent: readTraceparent(headers['traceparent']) };
      const { batchId, jobIds, isNew } = await this.acceptance.accept(body, call, key);
      reply.status(isNew ? 202 : 200).header('location', `/v1/batches/${batchId}`);
      return { batchId, jobs: jobIds.map((id) => ({ id })) };
    });
  }

  @Get('batches')
  @Described({
    summary: 'List batches, newest first',
    query: paged({
      tenant: 'With an admin key: batches of this tenant.',
      open: 'true: those of which some jobs have never ended; false: the others.',
    }),
    status: 200,
    answer: 'BatchPage',
    problems: [422],
  })
  @RequireScope('jobs:read')
  @OpenWithoutContents()
  async list(@Query() query: unknown, @CurrentCaller() caller: Caller): Promise<Page<ShownBatch>> {
    const { filter, page } = readBatchQuery(query, caller);
    const rows = await this.batches.list(filter, { limit: page.limit + 1, after: page.after });
    return pageOf(rows, page.limit, ({ createdAt, id }) => positionText(createdAt, id), shownBatch);
  }

  @Get('batches/:id')
  @Described({
    summary: 'Show how far a batch has come',
    description: 'Its jobs: `GET /v1/jobs?batchId=`, with a `status` only those.',
    status: 200,
    answer: 'Batch',
    problems: [404],
  })
  @RequireScope('jobs:read')
  @OpenWithoutContents()
  async show(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<ShownBatch> {
    return shownBatch(await this.#visible(id, caller));
  }

  @Post('batches/:id/cancel')
  @Described({
    summary: 'Cancel the jobs of a batch that have not ended',
    description:
      'Those that run are asked to stop, as by `POST /v1/jobs/:id/cancel`. So are the job that has spawned the batch, and what ' +
      'its jobs have spawned. `changed` counts all. 503 with `batch_filling` says that jobs are still on their way into it.',
    status: 202,
    answer: 'SteeredBatch',
    problems: [404, 503],
  })
  @HttpCode(202)
  @RequireScope('jobs:write')
  @OpenWithoutContents()
  async cancel(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<ShownBatch & { changed: number }> {
    const batch = await this.#visible(id, caller);
    const changed = await this.steering.cancel(batch.id);
    return { ...shownBatch(await this.#visible(id, caller)), changed };
  }

  @Post('batches/:id/retry')
  @Described({
    summary: 'Run the failed jobs of a batch again',
    description:
      'Each as by `POST /v1/jobs/:id/retry`; one whose `uniqueKey` another open job holds stays failed. `changed` counts ' +
      'those that are queued again.',
    status: 202,
    answer: 'SteeredBatch',
    problems: [404, 503],
  })
  @HttpCode(202)
  @RequireScope('jobs:write')
  @OpenWithoutContents()
  async retry(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<ShownBatch & { changed: number }> {
    const batch = await this.#visible(id, caller);
    const changed = await this.steering.retry(batch.id);
    return { ...shownBatch(await this.#visible(id, caller)), changed };
  }

  @Post('batches/:id/pause')
  @Described({
    summary: 'Let no job of a batch start',
    description:
      'Nor of what its jobs have spawned or will, nor a further attempt, until it is resumed; jobs may come into it meanwhile. What ' +
      'runs goes on. In force within a second. `expiresIn` of its jobs goes on counting, as in a paused queue.',
    status: 200,
    answer: 'Batch',
    problems: [404, 503],
  })
  @HttpCode(200)
  @RequireScope('jobs:write')
  @OpenWithoutContents()
  async pause(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<ShownBatch> {
    await this.pauses.pause((await this.#visible(id, caller)).id);
    return shownBatch(await this.#visible(id, caller));
  }

  @Post('batches/:id/resume')
  @Described({
    summary: 'Let the jobs of a paused batch go on',
    description: 'Each takes the place that it had. Batches under it go on, too.',
    status: 200,
    answer: 'Batch',
    problems: [404, 503],
  })
  @HttpCode(200)
  @RequireScope('jobs:write')
  @OpenWithoutContents()
  async resume(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<ShownBatch> {
    await this.pauses.resume((await this.#visible(id, caller)).id);
    return shownBatch(await this.#visible(id, caller));
  }

  async #visible(id: string, caller: Caller): Promise<Batch> {
    const batch = await this.batches.find(pathId('batch', id), visibleTenant(caller));
    if (batch === undefined) throw missing('batch', id);
    return batch;
  }
}
