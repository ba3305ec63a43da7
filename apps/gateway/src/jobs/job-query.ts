import { isTaskName, JOB_STATUSES, type JobStatus, TASK_NAME_FORM } from '#libs/contracts';
import { type Caller } from '../api-keys/caller.js';
import { readId } from '../http/ids.js';
import { readTime } from '../http/iso-time.js';
import { ownTenant } from '../http/list-query.js';
import { type PageRequest, readCursor, readPageRequest } from '../http/page.js';
import { Problem } from '../http/problem.js';
import { QueryReader } from '../http/query.js';
import { readPosition } from '../http/time-position.js';
import { type JobFilter } from '../ledger/job-filter.js';
import { type TimeCursor } from '../ledger/time-cursor.js';
import { type Steering, STEERINGS } from './steering-of-many.js';

const METADATA = 'metadata.';
const ONE_STEERING = `one of ${STEERINGS.join(', ')}`;
const STATUSES = `one or several of ${JOB_STATUSES.join(', ')}, joined by commas`;
const COUNT = 'a whole number: how many jobs you have seen to fit';
const TIME = 'a time in ISO 8601 with a time zone';
const NO_METADATA = 'The API key may not see what is in jobs: neither may it ask for jobs by their metadata.';

/** The filters of `GET /v1/jobs`, described. */
export const JOB_FILTERS = {
  status: `One or several, joined by commas: ${JOB_STATUSES.join(', ')}.`,
  task: `A full task name: ${TASK_NAME_FORM}.`,
  exceptTask: 'A full task name: jobs of every other task.',
  queue: 'The name of a queue.',
  tenant: 'With an admin key: jobs of this tenant.',
  batchId: 'Jobs of this batch.',
  errorCode: 'Jobs whose latest error has this code.',
  'metadata.<key>': 'Jobs whose metadata has this value under the key.',
  createdAfter: 'A time in ISO 8601.',
  createdBefore: 'A time in ISO 8601.',
} as const;

/** Reads the query of `GET /v1/jobs`. */
export function readJobQuery(
  parameters: unknown,
  caller: Caller,
): { filter: JobFilter; page: PageRequest<TimeCursor> } {
  const query = new QueryReader(parameters);
  const filter = readFilter(query, caller);
  const page = readPageRequest(query, readPosition);
  query.done();
  return { filter, page };
}

/** Reads which jobs `GET /v1/jobs/preview` is about. */
export function readPreviewQuery(
  parameters: unknown,
  caller: Caller,
): { readonly filter: JobFilter; readonly steering: Steering } {
  const query = new QueryReader(parameters);
  const filter = readFilter(query, caller);
  const steering = query.parsed('steering', readSteering, ONE_STEERING);
  query.require('steering', ONE_STEERING);
  query.done();
  return { filter, steering: steering ?? 'retry' };
}

/** Reads which jobs are to be moved, and how many the caller has seen to be there. */
export function readSteeringQuery(
  parameters: unknown,
  caller: Caller,
): { readonly filter: JobFilter; readonly expected: number; readonly after: TimeCursor | null } {
  const query = new QueryReader(parameters);
  const filter = readFilter(query, caller);
  const after = readCursor(query, readPosition);
  const expected = query.parsed('expected', readCount, COUNT);
  query.require('expected', COUNT);
  const seenAt = query.parsed('seenAt', readTime, TIME);
  query.done();
  return { filter: withoutUndefined({ ...filter, seenAt }), expected: expected ?? 0, after };
}

function readFilter(query: QueryReader, caller: Caller): JobFilter {
  const metadata = query.group(METADATA);
  if (!caller.seesContents && Object.keys(metadata).length > 0) throw new Problem(403, NO_METADATA);
  return withoutUndefined({
    tenant: ownTenant(query.text('tenant') ?? null, caller) ?? undefined,
    status: query.parsed('status', readStatuses, STATUSES),
    task: query.parsed('task', readTask, TASK_NAME_FORM),
    exceptTask: query.parsed('exceptTask', readTask, TASK_NAME_FORM),
    queue: query.text('queue'),
    batchId: query.parsed('batchId', readId, 'the id of a batch'),
    errorCode: query.text('errorCode'),
    metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
    createdAfter: query.parsed('createdAfter', readTime, TIME),
    createdBefore: query.parsed('createdBefore', readTime, TIME),
  });
}

function readSteering(text: string): Steering | undefined {
  return STEERINGS.find((steering) => steering === text);
}

function readCount(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Each of them once; undefined when one is no status. */
function readStatuses(text: string): readonly JobStatus[] | undefined {
  const names = new Set(text.split(','));
  const statuses = JOB_STATUSES.filter((status) => names.has(status));
  return statuses.length === names.size ? statuses : undefined;
}

function readTask(text: string): string | undefined {
  return isTaskName(text) ? text : undefined;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Defined<T>;
}
