import { Controller, Headers, HttpCode, Post, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { uuidv7 } from 'uuidv7';
import { type Caller, CurrentCaller, RequireScope } from '../api-keys/caller.js';
import { JsonBody } from '../http/json-body.js';
import { IDEMPOTENCY, readIdempotencyKey } from '../jobs/idempotency-key.js';
import { EventStore } from '../ledger/event-store.js';
import { Described } from '../openapi/described.js';
import { EVENT_EXAMPLES } from '../openapi/request-examples.js';
import { EVENT_REQUEST, readPublishedEvent } from './event-request.js';

/** The answer to an event. */
interface AcceptedEvent {
  readonly id: string;
  readonly type: string;
  readonly receivedAt: string;
  /** An event with this id came before: this one starts nothing. */
  readonly duplicate: boolean;
}

@Controller('v1/events')
export class EventsController {
  constructor(private readonly events: EventStore) {}

  @Post()
  @Described({
    summary: 'Publish an event',
    description:
      'When this answers 202, the event is stored, and every trigger that wants it starts its job, whatever fails after. ' +
      'Others hear of it by the broker, on the exchange of events.',
    body: EVENT_REQUEST.schema,
    examples: EVENT_EXAMPLES,
    headers: IDEMPOTENCY,
    status: 202,
    answer: 'AcceptedEvent',
    repeated: 'The answer to this Idempotency-Key again.',
    problems: [400, 409, 413, 415, 422, 503],
  })
  @HttpCode(202)
  @RequireScope('jobs:write')
  async publish(
    @JsonBody() body: unknown,
    @CurrentCaller() { tenant }: Caller,
    @Headers() headers: Record<string, unknown>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedEvent> {
    const { type, data, id } = readPublishedEvent(body);
    const key = readIdempotencyKey(headers['idempotency-key'], { tenant, call: 'POST /v1/events', body: [body] });
    const uid = uuidv7();
    const taken = await this.events.publish(
      { uid, tenant, id: id ?? uid, type, data: JSON.stringify(data), toPublish: true },
      key,
    );
    reply.status(taken.repeated ? 200 : 202);
    const { id: known, type: of, receivedAt, isNew } = taken;
    return { id: known, type: of, receivedAt: receivedAt.toISOString(), duplicate: !isNew };
  }
}
