import { event } from '../event-definition.js';

/** What the gateway tells of live updates. */
export const LIVE_EVENTS = {
  'live.told': event<{ readonly transport: string }>({
    level: 'trace',
    message: 'A listener was told of a job',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_live_messages_total',
        help: 'Live updates that were sent to listeners.',
        labels: ['transport'],
      },
    ],
  }),
  'live.coalesced': event<Record<string, never>>({
    level: 'trace',
    message: 'A slow listener is told of a later state only',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_live_coalesced_total',
        help: 'Live updates that gave way to later ones.',
        labels: [],
      },
    ],
  }),
  'live.changes-lost': event<{ readonly count: number; readonly reason: string }>({
    level: 'debug',
    message: 'Changes were not told to other gateways; their listeners see them when the ledger is looked at',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_live_changes_lost_total',
        help: 'Changes of jobs that other gateways were not told of.',
        labels: [],
        by: 'count',
      },
    ],
  }),
  'live.listener-refused': event<{ readonly transport: string; readonly reason: string }>({
    level: 'info',
    message: 'A listener was refused',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_live_refused_total',
        help: 'Listeners that were refused.',
        labels: ['transport', 'reason'],
      },
    ],
  }),
  'live.listener-closed': event<{ readonly transport: string; readonly reason: string }>({
    level: 'info',
    message: 'A listener was closed by the gateway',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_live_closed_total',
        help: 'Listeners that the gateway has closed.',
        labels: ['transport', 'reason'],
      },
    ],
  }),
  'live.failed': event<{ readonly where: string; readonly error: unknown }>({
    level: 'error',
    message: 'Live updates could not be told',
  }),
} as const;
