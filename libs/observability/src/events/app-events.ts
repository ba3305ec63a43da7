import { event } from '../event-definition.js';

const CHECK_UP = {
  kind: 'gauge',
  name: 'leveret_health_check_up',
  help: '1 when the health check was up the last time somebody asked.',
  labels: ['check'],
} as const;

/** What every app tells of itself. */
export const APP_EVENTS = {
  'app.ready': event<{ readonly url: string; readonly tasks?: readonly string[] }>({
    level: 'info',
    message: 'Ready',
  }),
  'health.listening': event<{ readonly url: string }>({
    level: 'info',
    message: 'Health and metrics are shown',
  }),
  'app.draining': event<{ readonly inHand: number }>({
    level: 'info',
    message: 'Draining: nothing new is begun, what is in hand is finished',
  }),
  'app.retiring': event<{ readonly inHand: number }>({
    level: 'info',
    message: 'Retiring: nothing new is begun, and the app ends when what is in hand has ended, however long that takes',
  }),
  'app.standstill': event<{ readonly reason: string; readonly delayMs: number }>({
    level: 'error',
    message: 'The app cannot work and takes no jobs for a while',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_standstills_total',
        help: 'Times that the app stopped taking jobs because it could not work.',
        labels: [],
      },
    ],
  }),
  'app.stopped': event<Record<string, never>>({ level: 'info', message: 'Stopped' }),

  'sign-in.failed': event<{ readonly reason: string }>({
    level: 'warn',
    message: 'Somebody could not sign in at the OpenID Connect provider',
  }),
  'sign-in.unavailable': event<{ readonly issuer: string; readonly reason: string }>({
    level: 'error',
    message: 'Nobody can sign in at the OpenID Connect provider: it does not say what it should',
  }),

  'request.failed': event<{
    readonly method: string;
    /** Without its query, which may carry a signature. */
    readonly path: string;
    /** What the answer gave the caller to quote. */
    readonly requestId: string;
    readonly status: number;
    readonly error: unknown;
  }>({
    level: 'error',
    message: 'A request failed',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_requests_failed_total',
        help: 'HTTP requests that failed for a reason on our side.',
        labels: [],
      },
    ],
  }),

  'check.down': event<{ readonly check: string; readonly reason: string }>({
    level: 'warn',
    message: 'A health check is down',
    moves: [{ ...CHECK_UP, to: 0 }],
  }),
  'check.up': event<{ readonly check: string }>({
    level: 'info',
    message: 'A health check is up',
    moves: [{ ...CHECK_UP, to: 1 }],
  }),
  'check.threw': event<{ readonly check: string; readonly error: unknown }>({
    level: 'warn',
    message: 'A health check ended with an error',
  }),
  'gauge.failed': event<{ readonly gauge: string; readonly error: unknown }>({
    level: 'warn',
    message: 'A gauge could not be collected and is left out',
  }),
} as const;
