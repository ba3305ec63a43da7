import { type Migration } from '../migration.js';

/** Who has changed what, and what was counted of queues over the last day. */
export const actions: Migration = {
  name: '0031-actions',
  sql: `
-- Entered before the action is done: one without a status was cut off, and nobody knows whether it was done.
CREATE TABLE actions (
  id          uuid        PRIMARY KEY,
  at          timestamptz NOT NULL DEFAULT now(),
  api_key_id  uuid        NOT NULL,
  key_name    text        NOT NULL,
  tenant      text        NOT NULL,
  by_session  boolean     NOT NULL,
  method      text        NOT NULL,
  route       text        NOT NULL,
  object      text,
  status      smallint
);
CREATE INDEX actions_by_age ON actions (at);
CREATE INDEX actions_of_tenant ON actions (tenant, id);

-- The minutes before the last hour, a row for each queue and quarter of an hour, kept for a day.
CREATE TABLE queue_quarters (
  queue     text        NOT NULL,
  quarter   timestamptz NOT NULL,
  completed bigint      NOT NULL,
  failed    bigint      NOT NULL,
  cancelled bigint      NOT NULL,
  PRIMARY KEY (quarter, queue)
);
`,
};
