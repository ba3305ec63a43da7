import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { type GatewayConfig } from '#libs/config';
import { type Attempt } from '#libs/contracts';
import { type Caller, CurrentCaller, OpenWithoutContents, RequireScope } from '../api-keys/caller.js';
import { type Page, pageOf } from '../http/page.js';
import { JobStore } from '../ledger/job-store.js';
import { TellingStore } from '../ledger/telling-store.js';
import { Described, paged } from '../openapi/described.js';
import { GATEWAY_CONFIG } from '../tokens.js';
import { logPositionOf, readLogQuery, shownLogLine, type ShownLogLine } from './job-log.js';
import { shownTrace, type ShownTrace } from './job-trace.js';
import { JobView } from './job-view.js';
import { visibleJob } from './visible-job.js';

/** What happened to a job. */
@Controller('v1/jobs')
export class JobHistoryController {
  constructor(
    private readonly jobs: JobStore,
    private readonly telling: TellingStore,
    private readonly view: JobView,
    @Inject(GATEWAY_CONFIG) private readonly config: Pick<GatewayConfig, 'traceUrl'>,
  ) {}

  @Get(':id/attempts')
  @Described({
    summary: 'Show every run of a job, oldest first',
    status: 200,
    answer: { type: 'array', items: { $ref: '#/components/schemas/Attempt' } },
    problems: [404],
  })
  @RequireScope('jobs:read')
  @OpenWithoutContents()
  async attempts(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<Attempt[]> {
    const attempts = await this.jobs.attempts((await visibleJob(this.jobs, id, caller)).id);
    return attempts.map((attempt) => this.view.shownAttempt(attempt, caller));
  }

  @Get(':id/logs')
  @Described({
    summary: "Read the lines that a job's handler wrote, oldest first",
    query: paged({}),
    status: 200,
    answer: 'LogPage',
    problems: [404, 422],
  })
  @RequireScope('jobs:read')
  async logs(
    @Param('id') id: string,
    @Query() parameters: unknown,
    @CurrentCaller() caller: Caller,
  ): Promise<Page<ShownLogLine>> {
    const page = readLogQuery(parameters);
    const job = await visibleJob(this.jobs, id, caller);
    const rows = await this.telling.lines(job.id, { limit: page.limit + 1, after: page.after });
    return pageOf(rows, page.limit, logPositionOf, shownLogLine);
  }

  @Get(':id/trace')
  @Described({
    summary: 'Say which trace a job belongs to, and where to look at it',
    description: 'That of the `traceparent` that the job came with. `url` is made of the setting TRACE_URL.',
    status: 200,
    answer: 'JobTrace',
    problems: [404],
  })
  @RequireScope('jobs:read')
  @OpenWithoutContents()
  async trace(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<ShownTrace> {
    const job = await visibleJob(this.jobs, id, caller);
    return shownTrace(await this.jobs.traceparent(job.id), this.config.traceUrl);
  }
}
