import { Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { type Job } from '#libs/contracts';
import { type Caller, CurrentCaller, RequireScope, visibleTenant } from '../api-keys/caller.js';
import { pathId } from '../http/ids.js';
import { readHistoryQuery } from '../http/list-query.js';
import { type Page, pageOf } from '../http/page.js';
import { conflict, invalid, missing } from '../http/problem.js';
import { visible } from '../http/visible.js';
import { JobIntake } from '../jobs/job-intake.js';
import { JobView } from '../jobs/job-view.js';
import { readTraceparent } from '../jobs/traceparent.js';
import { ScheduleStore } from '../ledger/schedule-store.js';
import { TickStore } from '../ledger/tick-store.js';
import { Described, paged } from '../openapi/described.js';

import { type ShownRun, shownRun } from './schedule-view.js';

@Controller('v1/schedules/:id')
export class ScheduleRunsController {
  constructor(
    private readonly schedules: ScheduleStore,
    private readonly ticks: TickStore,
    private readonly intake: JobIntake,
    private readonly view: JobView,
  ) {}

  @Post('run')
  @Described({
    summary: 'Start a job of a schedule now',
    description:
      'Also of a schedule that is not enabled; its ticks stay where they are. With overlap skip it is refused while the ' +
      'last job has not ended.',
    status: 202,
    answer: 'Job',
    problems: [404, 409, 422, 503],
  })
  @HttpCode(202)
  @RequireScope('jobs:write')
  async run(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Headers('traceparent') traceparent: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Job> {
    const which = { id: pathId('schedule', id), tenant: visibleTenant(caller) };
    const start = await this.ticks.start(which, readTraceparent(traceparent), (request, origin) =>
      this.intake.prepare(request, origin),
    );
    if (start === undefined) throw missing('schedule', id);
    if (start.kind === 'open') throw conflict('last_job_open', start.reason.message);
    if (start.kind === 'invalid') throw invalid(start.errors);
    reply.header('location', `/v1/jobs/${start.job.id}`);
    return this.view.shown(start.job, caller);
  }

  @Get('runs')
  @Described({
    summary: "Show what became of a schedule's ticks, newest first",
    description: 'The latest 1,000 are kept.',
    query: paged(),
    status: 200,
    answer: 'ScheduleRunPage',
    problems: [404, 422],
  })
  @RequireScope('jobs:read')
  async runs(
    @Param('id') id: string,
    @Query() query: unknown,
    @CurrentCaller() caller: Caller,
  ): Promise<Page<ShownRun>> {
    const { limit, after } = readHistoryQuery(query);
    const schedule = await visible('schedule', this.schedules, id, caller);
    const rows = await this.schedules.runs(schedule.id, { limit: limit + 1, after });
    return pageOf(rows, limit, ({ number }) => String(number), shownRun);
  }
}
