import { type Migration } from '../migration.js';

/** Since when it is being proven that the message of a void is nowhere. */
export const voidProofs: Migration = {
  name: '0018-void-proofs',
  sql: `
-- From then on its message lay in no outbox and in no delay, so that probes of its queue pass it by.
ALTER TABLE voids ADD COLUMN watched_since timestamptz;
CREATE INDEX voids_unwatched ON voids (queue, since) WHERE watched_since IS NULL;
CREATE INDEX voids_watched ON voids (queue, watched_since) WHERE watched_since IS NOT NULL;
`,
};
