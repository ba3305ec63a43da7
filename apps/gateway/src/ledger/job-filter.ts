import { domainOf, type JobStatus } from '#libs/contracts';
import { type TimeCursor } from './time-cursor.js';

/** Which jobs a list shows. A missing field does not filter. */
export interface JobFilter {
  readonly tenant?: string;
  /** Any of these. */
  readonly status?: readonly JobStatus[];
  readonly task?: string;
  readonly exceptTask?: string;
  readonly queue?: string;
  readonly batchId?: string;
  readonly errorCode?: string;
  /** Equal values at the top level of the metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
  /** Whether its worker was asked to stop. */
  readonly isStopping?: boolean;
  /** As they were at this time: without those that came later, or have ended later. */
  readonly seenAt?: Date;
}

interface Condition {
  readonly sql: string;
  readonly value: unknown;
}

/** The filter as conditions of SQL, each with one value for its `?`. */
export function conditionsOf(filter: JobFilter, after: TimeCursor | null): Condition[] {
  const conditions: Condition[] = [
    { sql: 'tenant = ?', value: filter.tenant },
    ...statusCondition(filter.status),
    { sql: 'task = ?', value: filter.task },
    { sql: 'task <> ?', value: filter.exceptTask },
    // A task is its queue's: saying so opens the index that both share.
    { sql: 'queue = ?', value: filter.task === undefined ? undefined : domainOf(filter.task) },
    { sql: 'queue = ?', value: filter.queue },
    { sql: 'batch_id = ?::uuid', value: filter.batchId },
    { sql: "error->>'code' = ?", value: filter.errorCode },
    { sql: 'created_at > ?', value: filter.createdAfter },
    { sql: 'created_at < ?', value: filter.createdBefore },
    { sql: '(cancel_requested_at IS NOT NULL) = ?', value: filter.isStopping },
    // An open job has no end, which `greatest` leaves out.
    { sql: 'greatest(created_at, completed_at) < ?', value: filter.seenAt },
    {
      sql: "(created_at, id) < ((?::json->>'at')::timestamptz, (?::json->>'id')::uuid)",
      value: after === null ? undefined : JSON.stringify(after),
    },
    ...Object.entries(filter.metadata ?? {}).map(([key, value]) => metadataCondition(key, value)),
  ];
  return conditions.filter(({ value }) => value !== undefined);
}

// One status is named as such, because it has an index of its own.
function statusCondition(statuses: JobFilter['status']): Condition[] {
  const [only, ...others] = statuses ?? [];
  if (only !== undefined && others.length === 0) return [{ sql: 'status = ?', value: only }];
  return [{ sql: 'status = ANY (?::text[])', value: statuses }];
}

// A query string has texts only: `5` and `true` stand for the text as well as for the number or the boolean.
function metadataCondition(key: string, value: string): Condition {
  const bare = /^(?:true|false|null|-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?)$/.test(value)
    ? (JSON.parse(`[${value}]`) as unknown[])
    : [];
  const alternatives = [value, ...bare].map((one) => JSON.stringify({ [key]: one }));
  return {
    sql: `(metadata <> '{}' AND metadata @> ANY (?::text[]::jsonb[]))`,
    value: alternatives,
  };
}
