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
  'bindings.waiting': event<{ readonly reason: string }>({
    level: 'warn',
    message: 'What triggers want cannot be asked of the broker now; trying again',
  }),
} as const;
