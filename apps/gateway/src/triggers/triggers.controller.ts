import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { LIMITS } from '#libs/contracts';
import { type Caller, CurrentCaller, keyOf, RequireScope, visibleTenant } from '../api-keys/caller.js';
import { pathId } from '../http/ids.js';
import { changedOrConflict } from '../http/changed-or-conflict.js';
import { JsonBody } from '../http/json-body.js';
import { readHistoryQuery, readListQuery } from '../http/list-query.js';
import { type Page, pageOf } from '../http/page.js';
import { conflict, missing } from '../http/problem.js';
import { visible } from '../http/visible.js';
import { TriggerStore } from '../ledger/trigger-store.js';
import { Described, paged } from '../openapi/described.js';
import { TRIGGER_EXAMPLES } from '../openapi/request-examples.js';
import { EventBindings } from './event-bindings.js';
import { TriggerCheck } from './trigger-check.js';
import { TRIGGER_CHANGE_SCHEMA, TRIGGER_SCHEMA } from './trigger-request.js';
import { type ShownRun, shownRun, type ShownTrigger, TriggerView } from './trigger-view.js';

@Controller('v1/triggers')
export class TriggersController {
  constructor(
    private readonly triggers: TriggerStore,
    private readonly check: TriggerCheck,
    private readonly view: TriggerView,
    private readonly bindings: EventBindings,
  ) {}

  @Post()
  @Described({
    summary: 'Create a trigger',
    description:
      'From now on each event whose type fits the pattern, and that passes the filter, starts one job. In `payload`, ' +
      '`metadata` and `uniqueKey`, placeholders such as `{{data.customer.email}}` stand for values of the event.',
    body: TRIGGER_SCHEMA,
    examples: TRIGGER_EXAMPLES,
    status: 201,
    answer: 'Trigger',
    problems: [400, 409, 413, 415, 422],
  })
  @RequireScope('jobs:write')
  async create(
    @JsonBody() body: unknown,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShownTrigger> {
    const { tenant } = caller;
    const definition = await this.check.definition(body, { tenant, key: keyOf(caller) });
    const trigger = await this.triggers.create(tenant, definition);
    if (trigger === undefined) {
      throw conflict('too_many_triggers', `A tenant has at most ${LIMITS.triggers} triggers.`);
    }
    await this.bindings.follow();
    reply.header('location', `/v1/triggers/${trigger.id}`);
    return this.view.shown(trigger);
  }

  @Get()
  @Described({
    summary: 'List triggers, newest first',
    query: paged({ tenant: 'With an admin key: triggers of this tenant.' }),
    status: 200,
    answer: 'TriggerPage',
    problems: [422],
  })
  @RequireScope('jobs:read')
  async list(@Query() query: unknown, @CurrentCaller() caller: Caller): Promise<Page<ShownTrigger>> {
    const { tenant, page } = readListQuery(query, caller);
    const rows = await this.triggers.list(tenant, { limit: page.limit + 1, after: page.after });
    return pageOf(
      rows,
      page.limit,
      ({ id }) => id,
      (trigger) => this.view.shown(trigger),
    );
  }

  @Get(':id')
  @Described({ summary: 'Show a trigger', status: 200, answer: 'Trigger', problems: [404] })
  @RequireScope('jobs:read')
  async show(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<ShownTrigger> {
    return this.view.shown(await visible('trigger', this.triggers, id, caller));
  }

  @Patch(':id')
  @Described({
    summary: 'Change a trigger',
    description: 'It counts for events that come from now on. Jobs that were started stay as they are.',
    body: TRIGGER_CHANGE_SCHEMA,
    status: 200,
    answer: 'Trigger',
    problems: [400, 404, 409, 413, 415, 422],
  })
  @RequireScope('jobs:write')
  async change(
    @Param('id') id: string,
    @JsonBody() change: unknown,
    @CurrentCaller() caller: Caller,
  ): Promise<ShownTrigger> {
    const changed = await changedOrConflict('trigger', async () => {
      const known = await visible('trigger', this.triggers, id, caller);
      return this.triggers.replace(known, await this.check.changed(known, change, keyOf(caller)));
    });
    await this.bindings.follow();
    return this.view.shown(changed);
  }

  @Delete(':id')
  @Described({
    summary: 'Delete a trigger and its history',
    description: 'Jobs that it has started stay as they are.',
    status: 204,
    problems: [404],
  })
  @HttpCode(204)
  @RequireScope('jobs:write')
  async remove(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    const removed = await this.triggers.remove(pathId('trigger', id), visibleTenant(caller));
    if (!removed) throw missing('trigger', id);
    await this.bindings.follow();
  }

  @Get(':id/runs')
  @Described({
    summary: 'Show what became of the events that a trigger wanted, newest first',
    description: 'The latest 1,000 are kept.',
    query: paged(),
    status: 200,
    answer: 'TriggerRunPage',
    problems: [404, 422],
  })
  @RequireScope('jobs:read')
  async runs(
    @Param('id') id: string,
    @Query() query: unknown,
    @CurrentCaller() caller: Caller,
  ): Promise<Page<ShownRun>> {
    const { limit, after } = readHistoryQuery(query);
    const trigger = await visible('trigger', this.triggers, id, caller);
    const rows = await this.triggers.runs(trigger.id, { limit: limit + 1, after });
    return pageOf(rows, limit, ({ number }) => String(number), shownRun);
  }
}
