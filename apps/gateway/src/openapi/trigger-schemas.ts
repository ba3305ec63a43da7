import { TRIGGERED_JOB_FIELDS } from '../triggers/trigger-request.js';
import { errors, id, noJobReason, orNull, page, type Schema, text, time, whole } from './shapes.js';

const trigger = {
  id,
  tenant: text,
  name: text,
  pattern: text,
  filter: { type: 'object' },
  task: text,
  payload: { description: 'As it was given; secret fields are shown as "***".' },
  enabled: { type: 'boolean' },
  createdAt: time,
  updatedAt: time,
};

/** The shapes of events and triggers. */
export const TRIGGER_SCHEMAS: Readonly<Record<string, Schema>> = {
  AcceptedEvent: whole({
    id: { ...text, description: 'As it was given, or as it was made.' },
    type: text,
    receivedAt: time,
    duplicate: { type: 'boolean', description: 'An event with this id came before: this one starts nothing.' },
  }),
  Trigger: {
    ...whole(trigger),
    additionalProperties: { description: 'The options of its jobs as they were given; null what was not.' },
  },
  TriggerPage: page('Trigger'),
  TriggerRun: whole({
    event: whole({ id: text, type: text }),
    outcome: { type: 'string', enum: ['started', 'skipped', 'refused'] },
    jobId: orNull(id),
    reason: { ...noJobReason, description: 'Why no job was started.' },
    at: time,
  }),
  TriggerRunPage: page('TriggerRun'),
  TriggerTest: whole({
    event: whole({ id: text, type: text, data: {} }),
    triggers: {
      type: 'array',
      items: whole({
        trigger: whole({ id: orNull(id), name: text, pattern: text }),
        fires: { type: 'boolean' },
        reason: { enum: ['pattern', 'filter', 'invalid', null], description: 'Why it would start no job.' },
        job: {
          oneOf: [
            { type: 'object', properties: Object.fromEntries(TRIGGERED_JOB_FIELDS.map((name) => [name, {}])) },
            { type: 'null' },
          ],
          description: 'The request of its job, with the values of the event.',
        },
        errors,
      }),
    },
  }),
};
