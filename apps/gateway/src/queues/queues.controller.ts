import { Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { isBareName } from '#libs/contracts';
import { RequireScope } from '../api-keys/caller.js';
import { type Page, pageOf, readPageRequest } from '../http/page.js';
import { JsonBody } from '../http/json-body.js';
import { missing } from '../http/problem.js';
import { QueryReader } from '../http/query.js';
import { type QueueRecord, QueueStore } from '../ledger/queue-store.js';
import { TaskStore } from '../ledger/task-store.js';
import { Described, paged } from '../openapi/described.js';

import { QUEUE_RULES, readQueueRules } from './queue-rules.js';

/** The queues of the domains that apps have announced. */
@Controller('v1/queues')
@RequireScope('admin')
export class QueuesController {
  constructor(
    private readonly queues: QueueStore,
    private readonly tasks: TaskStore,
  ) {}

  @Get()
  @Described({
    summary: 'List queues, by name',
    query: paged(),
    status: 200,
    answer: 'QueuePage',
    problems: [422, 503],
  })
  async list(@Query() parameters: unknown): Promise<Page<QueueRecord>> {
    const query = new QueryReader(parameters);
    const { limit, after } = readPageRequest(query, (text) => (isBareName(text) ? text : undefined));
    query.done();
    const behind = (await this.queues.all()).filter(({ name }) => after === null || name > after);
    return pageOf(
      behind.slice(0, limit + 1),
      limit,
      ({ name }) => name,
      (queue) => queue,
    );
  }

  @Get(':name')
  @Described({
    summary: 'Show a queue',
    description: 'Counts are at most a second old, or older where counting takes longer than a tenth of one.',
    status: 200,
    answer: 'Queue',
    problems: [404, 503],
  })
  async show(@Param('name') name: string): Promise<QueueRecord> {
    const queue = await this.queues.find(name);
    if (queue === undefined) throw missing('queue', name.slice(0, 100));
    return queue;
  }

  @Patch(':name')
  @Described({
    summary: 'Say in which order the jobs of a queue have their turn that wait for it',
    description:
      'Tenants take turns, and a higher priority goes first. Of one tenant and priority the oldest goes first (`fifo`), or the ' +
      'newest (`lifo`); with `weights` tasks are mixed, each as often as its weight says beside those without, which have 1. ' +
      'What is left out stays as it is; `weights` are given whole.',
    body: QUEUE_RULES.schema,
    status: 200,
    answer: 'Queue',
    problems: [400, 404, 413, 415, 422, 503],
  })
  async change(@Param('name') name: string, @JsonBody() body: unknown): Promise<QueueRecord> {
    await this.show(name);
    await this.queues.setRules(name, readQueueRules(body, name, this.tasks.all()));
    return this.show(name);
  }

  @Post(':name/pause')
  @Described({
    summary: 'Pause a queue',
    description:
      'No new attempt starts on any consumer, also on one that starts later; what runs goes on, and jobs are accepted. ' +
      'In force within a second, until it is resumed.',
    status: 200,
    answer: 'Queue',
    problems: [404, 503],
  })
  @HttpCode(200)
  async pause(@Param('name') name: string): Promise<QueueRecord> {
    return this.#set(name, true);
  }

  @Post(':name/resume')
  @Described({ summary: 'Let a paused queue go on', status: 200, answer: 'Queue', problems: [404, 503] })
  @HttpCode(200)
  async resume(@Param('name') name: string): Promise<QueueRecord> {
    return this.#set(name, false);
  }

  async #set(name: string, paused: boolean): Promise<QueueRecord> {
    await this.show(name);
    await this.queues.setPaused(name, paused);
    return this.show(name);
  }
}
