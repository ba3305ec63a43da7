import { type Migration } from '../migration.js';

/** Who has signed in to the dashboard. */
export const sessions: Migration = {
  name: '0030-sessions',
  sql: `
-- A session is known by the hash of what its cookie holds. It is worth as much as the key that it was opened with, as that key was.
CREATE TABLE sessions (
  digest     bytea       PRIMARY KEY,
  api_key_id uuid        NOT NULL REFERENCES api_keys ON DELETE CASCADE,
  key_sha256 bytea       NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_of_key ON sessions (api_key_id, created_at);
CREATE INDEX sessions_by_end ON sessions (expires_at);
`,
};
