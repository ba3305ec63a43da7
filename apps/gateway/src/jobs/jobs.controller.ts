import { Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { type Job } from '#libs/contracts';
import { type Caller, CurrentCaller, RequireScope } from '../api-keys/caller.js';
import { JsonBody } from '../http/json-body.js';
import { type Page, pageOf } from '../http/page.js';
import { invalid, invalidField } from '../http/problem.js';
import { JobStore } from '../ledger/job-store.js';
import { Described, paged } from '../openapi/described.js';
import { JobIntake } from './job-intake.js';
import { JOB_FILTERS, positionOf, readJobQuery } from './job-query.js';
import { JobView } from './job-view.js';
import { JOB_REQUEST } from './job-request.js';
import { readTraceparent } from './traceparent.js';
import { visibleJob } from './visible-job.js';
import { WatchTokens } from './watch-token.js';

@Controller('v1/jobs')
export class JobsController {
  constructor(
    private readonly jobs: JobStore,
    private readonly intake: JobIntake,
    private readonly view: JobView,
    private readonly tokens: WatchTokens,
  ) {}

  @Post()
  @Described({
    summary: 'Enqueue a job',
    description: 'When this answers 202, the job is stored and will be run at least once, whatever fails after.',
    body: JOB_REQUEST.schema,
    status: 202,
    answer: 'AcceptedJob',
    problems: [400, 413, 415, 422, 503],
  })
  @HttpCode(202)
  @RequireScope('jobs:write')
  async enqueue(
    @JsonBody() body: unknown,
    @CurrentCaller() caller: Caller,
    @Headers() headers: Record<string, unknown>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Job & { readonly watchToken: string }> {
    if (headers['idempotency-key'] !== undefined) {
      throw invalidField('Idempotency-Key', 'is not supported by this version yet');
    }
    const intake = await this.intake.prepare(body, {
      tenant: caller.tenant,
      traceparent: readTraceparent(headers['traceparent']),
    });
    if (!intake.ok) throw invalid(intake.errors);
    const { job } = await this.jobs.accept(intake.job);
    reply.header('location', `/v1/jobs/${job.id}`);
    const watchToken = this.tokens.issue({ jobId: job.id, apiKeyId: caller.apiKeyId });
    return { ...this.view.shown(job), watchToken };
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
  async list(@Query() query: unknown, @CurrentCaller() caller: Caller): Promise<Page<Job>> {
    const { filter, page } = readJobQuery(query, caller);
    const rows = await this.jobs.list(filter, { limit: page.limit + 1, after: page.after });
    return pageOf(rows, page.limit, positionOf, (job) => this.view.shown(job));
  }

  @Get(':id')
  @Described({ summary: 'Show a job', status: 200, answer: 'Job', problems: [404] })
  @RequireScope('jobs:read')
  async show(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<Job> {
    return this.view.shown(await visibleJob(this.jobs, id, caller));
  }
}
