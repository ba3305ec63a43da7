import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { type Caller, CurrentCaller, keyOf, RequireScope, visibleTenant } from '../api-keys/caller.js';
import { pathId } from '../http/ids.js';
import { changedOrConflict } from '../http/changed-or-conflict.js';
import { JsonBody } from '../http/json-body.js';
import { readListQuery } from '../http/list-query.js';
import { type Page, pageOf } from '../http/page.js';
import { missing } from '../http/problem.js';
import { visible } from '../http/visible.js';
import { ScheduleStore } from '../ledger/schedule-store.js';
import { Described, paged } from '../openapi/described.js';
import { SCHEDULE_EXAMPLES } from '../openapi/request-examples.js';
import { ScheduleCheck } from './schedule-check.js';
import { SCHEDULE_CHANGE_SCHEMA, SCHEDULE_SCHEMA } from './schedule-request.js';
import { type ShownSchedule, ScheduleView } from './schedule-view.js';
import { firstTicks } from './ticks.js';
import { readTimingQuery, TIMING_QUERY } from './timing-query.js';

/** How many ticks a preview shows. */
const PREVIEWED = 5;

@Controller('v1/schedules')
export class SchedulesController {
  constructor(
    private readonly schedules: ScheduleStore,
    private readonly check: ScheduleCheck,
    private readonly view: ScheduleView,
  ) {}

  @Post()
  @Described({
    summary: 'Create a schedule',
    description: 'Each of its ticks starts one job, whose scheduledFor is the tick. Give cron, or every.',
    body: SCHEDULE_SCHEMA,
    examples: SCHEDULE_EXAMPLES,
    status: 201,
    answer: 'Schedule',
    problems: [400, 413, 415, 422],
  })
  @RequireScope('jobs:write')
  async create(
    @JsonBody() body: unknown,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShownSchedule> {
    const { tenant } = caller;
    const definition = await this.check.definition(body, { tenant, key: keyOf(caller) });
    const schedule = await this.schedules.create(tenant, definition);
    reply.header('location', `/v1/schedules/${schedule.id}`);
    return this.view.shown(schedule);
  }

  @Get()
  @Described({
    summary: 'List schedules, newest first',
    query: paged({ tenant: 'With an admin key: schedules of this tenant.' }),
    status: 200,
    answer: 'SchedulePage',
    problems: [422],
  })
  @RequireScope('jobs:read')
  async list(@Query() query: unknown, @CurrentCaller() caller: Caller): Promise<Page<ShownSchedule>> {
    const { tenant, page } = readListQuery(query, caller);
    const rows = await this.schedules.list(tenant, { limit: page.limit + 1, after: page.after });
    return pageOf(
      rows,
      page.limit,
      ({ id }) => id,
      (schedule) => this.view.shown(schedule),
    );
  }

  @Get('preview')
  @Described({
    summary: 'Show when a schedule would be due',
    description: 'The first five ticks of a cron expression or a period, were it set now. No schedule is made.',
    query: TIMING_QUERY,
    status: 200,
    answer: 'SchedulePreview',
    problems: [422],
  })
  @RequireScope('jobs:read')
  preview(@Query() query: unknown): { readonly ticks: readonly string[] } {
    const ticks = firstTicks(readTimingQuery(query), new Date(), PREVIEWED);
    return { ticks: ticks.map((tick) => tick.toISOString()) };
  }

  @Get(':id')
  @Described({ summary: 'Show a schedule', status: 200, answer: 'Schedule', problems: [404] })
  @RequireScope('jobs:read')
  async show(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<ShownSchedule> {
    return this.view.shown(await visible('schedule', this.schedules, id, caller));
  }

  @Patch(':id')
  @Described({
    summary: 'Change a schedule',
    description:
      'Another timing, or enabling it, counts its ticks from now. Jobs that it has started stay as they are.',
    body: SCHEDULE_CHANGE_SCHEMA,
    status: 200,
    answer: 'Schedule',
    problems: [400, 404, 409, 413, 415, 422],
  })
  @RequireScope('jobs:write')
  async change(
    @Param('id') id: string,
    @JsonBody() change: unknown,
    @CurrentCaller() caller: Caller,
  ): Promise<ShownSchedule> {
    const changed = await changedOrConflict('schedule', async () => {
      const known = await visible('schedule', this.schedules, id, caller);
      return this.schedules.replace(known, await this.check.changed(known, change, keyOf(caller)));
    });
    return this.view.shown(changed);
  }

  @Delete(':id')
  @Described({
    summary: 'Delete a schedule and its history',
    description: 'Jobs that it has started stay as they are.',
    status: 204,
    problems: [404],
  })
  @HttpCode(204)
  @RequireScope('jobs:write')
  async remove(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    const removed = await this.schedules.remove(pathId('schedule', id), visibleTenant(caller));
    if (!removed) throw missing('schedule', id);
  }
}
