import { Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { type Job } from '#libs/contracts';
import { type Caller, CurrentCaller, OpenWithoutContents, RequireScope } from '../api-keys/caller.js';
import { WatchTokens } from '../api-keys/watch-token.js';
import { JsonBody } from '../http/json-body.js';
import { type Page, pageOf } from '../http/page.js';
import { positionText } from '../http/time-position.js';
import { JobStore } from '../ledger/job-store.js';
import { Described, paged } from '../openapi/described.js';
import { JOB_EXAMPLES } from '../openapi/request-examples.js';
import { type GivenOptions } from './given-options.js';
import { IDEMPOTENCY, readIdempotencyKey } from './idempotency-key.js';
import { JobAcceptance } from './job-acceptance.js';
import { JOB_FILTERS, readJobQuery } from './job-query.js';
import { JobView, type TakenJob } from './job-view.js';
import { JOB_REQUEST } from './job-request.js';
import { readTraceparent } from './traceparent.js';
import { visibleJob } from './visible-job.js';

@Controller('v1/jobs')
export class JobsController {
  constructor(
    private readonly jobs: JobStore,
    private readonly acceptance: JobAcceptance,
    private readonly view: JobView,
    private readonly tokens: WatchTokens,
  ) {}

  @Post()
  @Described({
    summary: 'Enqueue a job',
    description:
      'When this answers 202, the job is stored and will be run at least once, whatever fails after. ' +
      'Jobs of a task that no worker serves now are taken and wait for one; `notice` says so.',
    body: JOB_REQUEST.schema,
    examples: JOB_EXAMPLES,
    headers: IDEMPOTENCY,
    status: 202,
    answer: 'AcceptedJob',
    repeated: 'The job was there already, by the Idempotency-Key or the uniqueKey.',
    problems: [400, 409, 410, 413, 415, 422, 429, 503],
  })
  @HttpCode(202)
  @RequireScope('jobs:write')
  async enqueue(
    @JsonBody() body: unknown,
    @CurrentCaller() caller: Caller,
    @Headers() headers: Record<string, unknown>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TakenJob & { readonly watchToken: string }> {
    const { tenant } = caller;
    const key = readIdempotencyKey(headers['idempotency-key'], { tenant, call: 'POST /v1/jobs', body: [body] });
    const call = { caller, traceparent: readTraceparent(headers['traceparent']) };
    const { job, isNew } = await this.acceptance.accept(body, call, key);
    reply.status(isNew ? 202 : 200).header('location', `/v1/jobs/${job.id}`);
    const watchToken = this.tokens.issue({ jobId: job.id, apiKeyId: caller.apiKeyId });
    return { watchToken, ...this.view.taken(job, caller) };
  }

  @Get()
  @Described({
    summary: 'List jobs, newest first',
    query: paged(JOB_FILTERS),
    status: 200,
    answer: 'JobPage',
    problems: [422],
  })
  @RequireScope('jobs:read')
  @OpenWithoutContents()
  async list(@Query() query: unknown, @CurrentCaller() caller: Caller): Promise<Page<Job>> {
    const { filter, page } = readJobQuery(query, caller);
    const rows = await this.jobs.list(filter, { limit: page.limit + 1, after: page.after });
    return pageOf(
      rows,
      page.limit,
      ({ createdAt, id }) => positionText(createdAt, id),
      (job) => this.view.shown(job, caller),
    );
  }

  @Get(':id')
  @Described({
    summary: 'Show a job, with the options that it was given',
    status: 200,
    answer: 'JobWithOptions',
    problems: [404],
  })
  @RequireScope('jobs:read')
  @OpenWithoutContents()
  async show(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
  ): Promise<Job & { readonly options: GivenOptions }> {
    const job = await visibleJob(this.jobs, id, caller);
    const options = this.view.shownOptions(await this.jobs.givenOptions(job.id), caller);
    return { ...this.view.shown(job, caller), options };
  }
}
