import { JOB_STATUSES, type JobStatus } from '#libs/contracts';
import { type Caller, visibleTenant } from '../api-keys/caller.js';
import { readId } from '../http/ids.js';
import { readTime } from '../http/iso-time.js';
import { type PageRequest, readPageRequest } from '../http/page.js';
import { Problem } from '../http/problem.js';
import { QueryReader } from '../http/query.js';
import { isId } from '../ledger/ids.js';
import { type JobCursor, type JobFilter } from '../ledger/job-filter.js';

const METADATA = 'metadata.';

/** The filters of `GET /v1/jobs`, described. */
export const JOB_FILTERS = {
  status: JOB_STATUSES.join(', '),
  task: 'A full task name.',
  queue: 'The name of a queue.',
  tenant: 'With an admin key: jobs of this tenant.',
  batchId: 'Jobs of this batch.',
  errorCode: 'Jobs whose latest error has this code.',
  'metadata.<key>': 'Jobs whose metadata has this value under the key.',
  createdAfter: 'A time in ISO 8601.',
  createdBefore: 'A time in ISO 8601.',
} as const;

/** Reads the query of `GET /v1/jobs`. */
export function readJobQuery(parameters: unknown, caller: Caller): { filter: JobFilter; page: PageRequest<JobCursor> } {
  const query = new QueryReader(parameters);
  const metadata = query.group(METADATA);
  const filter = {
    tenant: tenantOf(query, caller),
    status: query.parsed('status', readStatus, `one of ${JOB_STATUSES.join(', ')}`),
    task: query.text('task'),
    queue: query.text('queue'),
    batchId: query.parsed('batchId', readId, 'the id of a batch'),
    errorCode: query.text('errorCode'),
    metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
    createdAfter: query.parsed('createdAfter', readTime, 'a time in ISO 8601 with a time zone'),
    createdBefore: query.parsed('createdBefore', readTime, 'a time in ISO 8601 with a time zone'),
  };
  const page = readPageRequest(query, readPosition);
  query.done();
  return { filter: withoutUndefined(filter), page };
}

/** Where a job stands in the list, as text. */
export function positionOf({ createdAt, id }: JobCursor): string {
  return `${createdAt} ${id}`;
}

function readPosition(text: string): JobCursor | undefined {
  const [createdAt = '', id = '', ...rest] = text.split(' ');
  const asWritten = readTime(createdAt)?.toISOString() === createdAt;
  return asWritten && isId(id) && rest.length === 0 ? { createdAt, id } : undefined;
}

function tenantOf(query: QueryReader, caller: Caller): string | undefined {
  const asked = query.text('tenant');
  const own = visibleTenant(caller);
  if (own !== null && asked !== undefined && asked !== own)
    throw new Problem(403, 'Only an admin key lists other tenants.');
  return own ?? asked;
}

function readStatus(text: string): JobStatus | undefined {
  return JOB_STATUSES.find((status) => status === text);
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Defined<T>;
}
