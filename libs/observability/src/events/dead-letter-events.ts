import { event } from '../event-definition.js';

/** What the gateway tells of dead letters. */
export const DEAD_LETTER_EVENTS = {
  'letters.entered': event<{ readonly count: number }>({
    level: 'info',
    message: 'Messages from among the dead letters of the broker were entered',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_dead_messages_total',
        help: 'Messages that were no job, or that the broker itself had dead-lettered.',
        labels: [],
        by: 'count',
      },
    ],
  }),
  'letters.swept': event<{ readonly queue: string; readonly looked: number; readonly taken: number }>({
    level: 'info',
    message: 'A queue of dead letters was rid of those that are gone',
  }),
  'sweep.failed': event<{ readonly queue: string; readonly reason: string }>({
    level: 'warn',
    message: 'A queue of dead letters could not be swept; trying again',
  }),
  'redrive.started': event<{ readonly redrive: string; readonly total: number }>({
    level: 'info',
    message: 'A redrive was started',
  }),
  'redrive.ended': event<{ readonly redrive: string; readonly state: string; readonly reason: string | null }>({
    level: 'info',
    message: 'A redrive has ended',
  }),
  'redrive.failed': event<{ readonly reason: string }>({
    level: 'warn',
    message: 'Redrives could not be worked on; trying again',
  }),
} as const;
