import { APP_EVENTS } from './events/app-events.js';
import { BROKER_EVENTS } from './events/broker-events.js';
import { DEAD_LETTER_EVENTS } from './events/dead-letter-events.js';
import { DOCTOR_EVENTS } from './events/doctor-events.js';
import { FLOW_EVENTS } from './events/flow-events.js';
import { JOB_EVENTS } from './events/job-events.js';
import { LEDGER_EVENTS } from './events/ledger-events.js';
import { LIVE_EVENTS } from './events/live-events.js';
import { RECONCILER_EVENTS } from './events/reconciler-events.js';
import { SCHEDULE_EVENTS } from './events/schedule-events.js';
import { TRIGGER_EVENTS } from './events/trigger-events.js';

/** Everything that is told to operators. An entry in one of these is all that a new event needs: logs and metrics follow. */
export const EVENTS = {
  ...APP_EVENTS,
  ...BROKER_EVENTS,
  ...DEAD_LETTER_EVENTS,
  ...DOCTOR_EVENTS,
  ...FLOW_EVENTS,
  ...JOB_EVENTS,
  ...LEDGER_EVENTS,
  ...LIVE_EVENTS,
  ...RECONCILER_EVENTS,
  ...SCHEDULE_EVENTS,
  ...TRIGGER_EVENTS,
} as const;
