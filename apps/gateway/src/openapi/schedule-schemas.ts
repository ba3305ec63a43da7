import { CATCH_UPS, OVERLAPS } from '../ledger/schedule-row.js';
import { id, noJobReason, orNull, page, type Schema, text, time, whole } from './shapes.js';

const schedule = {
  id,
  tenant: text,
  name: text,
  cron: orNull(text),
  timezone: text,
  every: { type: ['string', 'integer', 'null'] },
  task: text,
  payload: { description: 'As it was given; secret fields are shown as "***".' },
  enabled: { type: 'boolean' },
  catchUp: { type: 'string', enum: CATCH_UPS },
  overlap: { type: 'string', enum: OVERLAPS },
  nextRunAt: { ...orNull(time), description: 'Null while it is not enabled.' },
  lastJobId: orNull(id),
  createdAt: time,
  updatedAt: time,
};

/** The shapes of schedules and of what their ticks have started. */
export const SCHEDULE_SCHEMAS: Readonly<Record<string, Schema>> = {
  Schedule: {
    ...whole(schedule),
    additionalProperties: { description: 'The options of its jobs as they were given; null what was not.' },
  },
  SchedulePage: page('Schedule'),
  SchedulePreview: whole({ ticks: { type: 'array', items: time, description: 'Fewer than five when no more come.' } }),
  ScheduleRun: whole({
    tick: { ...orNull(time), description: 'Null: started by hand.' },
    outcome: { type: 'string', enum: ['started', 'skipped', 'refused'] },
    jobId: orNull(id),
    reason: { ...noJobReason, description: 'Why no job was started, or what else is to be said of it.' },
    at: time,
  }),
  ScheduleRunPage: page('ScheduleRun'),
};
