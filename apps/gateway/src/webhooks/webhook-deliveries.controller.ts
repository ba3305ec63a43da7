import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { JOB_STATUSES, type JobStatus } from '#libs/contracts';
import { type Caller, CurrentCaller, RequireScope } from '../api-keys/caller.js';
import { FACT_TYPES, factTypeOf } from '../facts/fact-type.js';
import { pathId, readId } from '../http/ids.js';
import { JsonBody } from '../http/json-body.js';
import { type Page, type PageRequest, pageOf, readPageRequest } from '../http/page.js';
import { conflict, invalidField, missing } from '../http/problem.js';
import { QueryReader } from '../http/query.js';
import { visible } from '../http/visible.js';
import { type MadeDelivery } from '../ledger/delivery-entry.js';
import { DeliveryHistory, MOST_REPLAYED } from '../ledger/delivery-history.js';
import { DeliveryStore } from '../ledger/delivery-store.js';
import { WebhookEndpointStore } from '../ledger/webhook-endpoint-store.js';
import { Described, paged } from '../openapi/described.js';
import { fitsTopic } from '../triggers/topic-pattern.js';
import { AskedDeliveries } from './delivery-maker.js';
import { type ShownDelivery, shownDelivery } from './delivery-view.js';
import { readReplay, REPLAY_SCHEMA } from './replay-request.js';

/** What was delivered to an endpoint, and what is to be delivered once more. */
@Controller('v1/webhook-endpoints/:id')
export class WebhookDeliveriesController {
  constructor(
    private readonly endpoints: WebhookEndpointStore,
    private readonly history: DeliveryHistory,
    private readonly deliveries: DeliveryStore,
    private readonly asked: AskedDeliveries,
  ) {}

  @Get('deliveries')
  @Described({
    summary: 'Show what was delivered to an endpoint, newest first',
    description: 'A delivery is a job, and is kept as long as jobs are.',
    query: paged({ status: `Those whose job has this status: ${JOB_STATUSES.join(', ')}.` }),
    status: 200,
    answer: 'WebhookDeliveryPage',
    problems: [404, 422],
  })
  @RequireScope('jobs:read')
  async list(
    @Param('id') id: string,
    @Query() query: unknown,
    @CurrentCaller() caller: Caller,
  ): Promise<Page<ShownDelivery>> {
    const { status, page } = readDeliveryQuery(query);
    const endpoint = await visible('webhook endpoint', this.endpoints, id, caller);
    const rows = await this.history.list(endpoint.id, status, { limit: page.limit + 1, after: page.after });
    return pageOf(rows, page.limit, (delivery) => delivery.id, shownDelivery);
  }

  @Post('test')
  @Described({
    summary: 'Send a webhook to try an endpoint out',
    description: 'Its type is webhook.test. Also to one that is not enabled.',
    status: 202,
    answer: 'WebhookDelivery',
    problems: [404, 422],
  })
  @HttpCode(202)
  @RequireScope('jobs:write')
  async test(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<ShownDelivery> {
    const endpoint = await visible('webhook endpoint', this.endpoints, id, caller);
    return this.#entered(await this.asked.test(endpoint));
  }

  @Post('deliveries/:delivery/replay')
  @Described({
    summary: 'Deliver a webhook once more',
    description: 'The same message under the same webhook-id, to where the endpoint is now.',
    status: 202,
    answer: 'WebhookDelivery',
    problems: [404, 422],
  })
  @HttpCode(202)
  @RequireScope('jobs:write')
  async again(
    @Param('id') id: string,
    @Param('delivery') deliveryId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<ShownDelivery> {
    const endpoint = await visible('webhook endpoint', this.endpoints, id, caller);
    const delivery = await this.history.find(endpoint.id, pathId('delivery', deliveryId));
    if (delivery === undefined) throw missing('delivery', deliveryId);
    return this.#entered(await this.asked.again(endpoint, delivery));
  }

  @Post('replay')
  @Described({
    summary: 'Deliver what has happened in a time once more',
    description:
      'The ends of jobs that the endpoint hears of as it is now, also those from before it was there or while it was disabled: at ' +
      `most ${MOST_REPLAYED} at once. The answer is how many.`,
    body: REPLAY_SCHEMA,
    status: 202,
    answer: 'WebhookReplay',
    problems: [400, 404, 409, 413, 415, 422],
  })
  @HttpCode(202)
  @RequireScope('jobs:write')
  async replay(
    @Param('id') id: string,
    @JsonBody() body: unknown,
    @CurrentCaller() caller: Caller,
  ): Promise<{ readonly deliveries: number }> {
    const time = readReplay(body);
    const endpoint = await visible('webhook endpoint', this.endpoints, id, caller);
    if (!endpoint.enabled) {
      throw conflict('endpoint_disabled', 'The webhook endpoint is disabled. Enable it, and try again.');
    }
    const heard = FACT_TYPES.filter((type) => endpoint.events.some((pattern) => fitsTopic(pattern, type)));
    const statuses = JOB_STATUSES.filter((status) => heard.includes(factTypeOf(status)));
    const deliveries = await this.history.replay(endpoint, { ...time, statuses });
    if (deliveries > MOST_REPLAYED) {
      throw invalidField('since', `begins a time with more than ${MOST_REPLAYED} ends: name a shorter one by until`);
    }
    return { deliveries };
  }

  async #entered(made: MadeDelivery): Promise<ShownDelivery> {
    const { endpoint } = made.delivery;
    const entered = await this.deliveries.enter(made);
    const delivery = entered ? await this.history.find(endpoint.id, made.follower.job.id) : undefined;
    if (delivery === undefined) throw missing('webhook endpoint', endpoint.id);
    return shownDelivery(delivery);
  }
}

function readDeliveryQuery(parameters: unknown): {
  readonly status: JobStatus | null;
  readonly page: PageRequest<string>;
} {
  const query = new QueryReader(parameters);
  const readStatus = (text: string): JobStatus | undefined => JOB_STATUSES.find((status) => status === text);
  const status = query.parsed('status', readStatus, `one of ${JOB_STATUSES.join(', ')}`) ?? null;
  const page = readPageRequest(query, readId);
  query.done();
  return { status, page };
}
