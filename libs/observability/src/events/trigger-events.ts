import { event } from '../event-definition.js';

const LEVELS = { started: 'debug', skipped: 'info', refused: 'warn' } as const;

/** What the gateway tells of events and triggers. */
export const TRIGGER_EVENTS = {
  'trigger.fired': event<{
    readonly trigger: string;
    readonly tenant: string;
    readonly task: string;
    readonly event: string;
    readonly outcome: keyof typeof LEVELS;
    readonly code?: string;
    readonly reason?: string;
  }>({
    level: ({ outcome }) => LEVELS[outcome],
    message: 'A trigger wanted an event',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_trigger_firings_total',
        help: 'Events that triggers wanted, by what came of them.',
        labels: ['outcome'],
      },
    ],
  }),
  'events.waiting': event<{ readonly reason: string }>({
    level: 'warn',
    message: 'The triggers of events cannot be fired now; trying again',
  }),
  'facts.told': event<{ readonly count: number }>({
    level: 'trace',
    message: 'The ends of jobs were told on the exchange of events',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_facts_total',
        help: 'Ends of jobs that were told on the exchange of events.',
        labels: [],
        by: 'count',
      },
    ],
  }),
  'facts.waiting': event<{ readonly reason: string }>({
    level: 'warn',
    message: 'The ends of jobs cannot be told now; trying again',
  }),
  'webhooks.entered': event<{ readonly count: number }>({
    level: 'trace',
    message: 'Webhooks to endpoints were entered',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_endpoint_webhooks_total',
        help: 'Webhooks that ends of jobs have caused, to endpoints.',
        labels: [],
        by: 'count',
      },
    ],
  }),
  'webhooks.waiting': event<{ readonly reason: string }>({
    level: 'warn',
    message: 'The ends of jobs cannot be delivered to webhook endpoints now; trying again',
  }),
  'bindings.waiting': event<{ readonly reason: string }>({
    level: 'warn',
    message: 'What triggers want cannot be asked of the broker now; trying again',
  }),
} as const;
