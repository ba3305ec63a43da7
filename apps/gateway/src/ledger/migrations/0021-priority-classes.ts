import { type Migration } from '../migration.js';

/** What is counted of queues is counted by the class of the jobs' priority, of which there are four. */
export const priorityClasses: Migration = {
  name: '0021-priority-classes',
  sql: `
ALTER TABLE queue_minutes
  ADD COLUMN class smallint NOT NULL DEFAULT 1,
  DROP CONSTRAINT queue_minutes_pkey,
  ADD PRIMARY KEY (queue, minute, counter, class);
ALTER TABLE queue_durations
  ADD COLUMN class smallint NOT NULL DEFAULT 1,
  DROP CONSTRAINT queue_durations_pkey,
  ADD PRIMARY KEY (queue, minute, counter, class, bucket);
`,
};
