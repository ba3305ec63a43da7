import { event } from '../event-definition.js';

const LEVELS = { started: 'debug', skipped: 'info', refused: 'warn' } as const;

/** What the gateway tells of schedules. */
export const SCHEDULE_EVENTS = {
  'schedule.ticked': event<{
    readonly schedule: string;
    readonly tenant: string;
    readonly task: string;
    readonly outcome: keyof typeof LEVELS;
    readonly tick?: string;
    readonly code?: string;
    readonly reason?: string;
  }>({
    level: ({ outcome }) => LEVELS[outcome],
    message: 'A schedule was due',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_schedule_ticks_total',
        help: 'Ticks of schedules, by what came of them.',
        labels: ['outcome'],
      },
    ],
  }),
  'schedules.waiting': event<{ readonly reason: string }>({
    level: 'warn',
    message: 'Schedules cannot be looked at now; trying again',
  }),
} as const;
