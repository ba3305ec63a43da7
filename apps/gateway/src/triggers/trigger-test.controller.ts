import { Controller, HttpCode, Post } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { type Caller, CurrentCaller, keyOf, RequireScope } from '../api-keys/caller.js';
import { EVENT_REQUEST, readEvent } from '../events/event-request.js';
import { BodySchema } from '../http/body-schema.js';
import { JsonBody } from '../http/json-body.js';
import { invalid, Problem } from '../http/problem.js';
import { TriggerStore } from '../ledger/trigger-store.js';
import { Described } from '../openapi/described.js';
import { TriggerCheck } from './trigger-check.js';
import { TRIGGER_SCHEMA } from './trigger-request.js';
import { type Rehearsal, type RehearsedTrigger, TriggerRehearsal } from './trigger-rehearsal.js';

const TEST_REQUEST = new BodySchema<{ readonly event: object; readonly trigger?: object }>({
  type: 'object',
  additionalProperties: false,
  required: ['event'],
  properties: {
    event: { type: 'object', description: 'As in `POST /v1/events`.' },
    trigger: { type: 'object', description: 'As in `POST /v1/triggers`. Without it, the triggers that there are.' },
  },
});

@Controller('v1/triggers')
export class TriggerTestController {
  constructor(
    private readonly triggers: TriggerStore,
    private readonly check: TriggerCheck,
    private readonly rehearsal: TriggerRehearsal,
  ) {}

  @Post('test')
  @Described({
    summary: 'See what an event would start, without starting it',
    description:
      'Of a trigger in the body, or of the enabled triggers whose pattern the event fits: whether it would start a job, ' +
      'the request of that job with its placeholders filled in, and what is wrong with it.',
    body: {
      ...TEST_REQUEST.schema,
      properties: { event: EVENT_REQUEST.schema, trigger: TRIGGER_SCHEMA },
    },
    status: 200,
    answer: 'TriggerTest',
    problems: [400, 413, 415, 422],
  })
  @HttpCode(200)
  @RequireScope('jobs:read')
  async test(@JsonBody() body: unknown, @CurrentCaller() caller: Caller): Promise<Rehearsal> {
    const { event, trigger } = TEST_REQUEST.read(body);
    const read = await below('event', () => readEvent(event));
    const rehearsed = { id: read.id ?? uuidv7(), type: read.type, data: read.data };
    return this.rehearsal.of(rehearsed, await this.#triggers(trigger, caller));
  }

  async #triggers(trigger: object | undefined, caller: Caller): Promise<readonly RehearsedTrigger[]> {
    const { tenant } = caller;
    if (trigger === undefined) return this.triggers.enabled(tenant);
    const origin = { tenant, key: keyOf(caller) };
    return [{ id: null, tenant, ...(await below('trigger', () => this.check.definition(trigger, origin))) }];
  }
}

/** Reads a part of a body: its errors are told by their paths in the whole. */
async function below<T>(name: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const errors = error instanceof Problem ? error.details.errors : undefined;
    if (errors === undefined) throw error;
    throw invalid(errors.map(({ path, message }) => ({ path: path === '' ? name : `${name}.${path}`, message })));
  }
}
