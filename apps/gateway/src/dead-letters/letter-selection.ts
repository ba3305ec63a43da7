import { BodySchema } from '../http/body-schema.js';
import { readId } from '../http/ids.js';
import { type PageRequest, readPageRequest } from '../http/page.js';
import { invalidField } from '../http/problem.js';
import { QueryReader } from '../http/query.js';
import { positionText, readPosition } from '../http/time-position.js';
import { type DeadLetterFilter } from '../ledger/dead-letter-filter.js';
import { type TimeCursor } from '../ledger/time-cursor.js';

/** The filters of the list of dead letters, described. */
export const LETTER_FILTERS = {
  queue: 'Letters of this queue.',
  task: 'Letters of this task.',
  errorCode: 'Letters whose error has this code.',
  tenant: 'Letters of this tenant.',
  jobId: 'The letter of this job.',
} as const;

/** Letters that are named one by one, at most. */
export const MAX_NAMED = 1_000;

const ID = { type: 'string', pattern: '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$' };
const IDS = { type: 'array', minItems: 1, maxItems: MAX_NAMED, uniqueItems: true, items: ID };
const NAME = { type: 'string', minLength: 1, maxLength: 255 };

const SELECTORS = {
  jobIds: { ...IDS, description: 'The letters of these jobs.' },
  ids: { ...IDS, description: 'These letters, also of messages that are no job’s.' },
  queue: { ...NAME, description: 'All letters of a queue; may be narrowed by task and errorCode.' },
  task: { ...NAME, description: 'All letters of a task.' },
  errorCode: { ...NAME, description: 'All letters with this error code.' },
};

/** The body of `DELETE /v1/dead-letters`. */
export const PURGE_REQUEST = new BodySchema<DeadLetterFilter>({
  type: 'object',
  additionalProperties: false,
  properties: SELECTORS,
});

/** The body of `POST /v1/dead-letters/redrive`. */
export interface RedriveRequest extends DeadLetterFilter {
  readonly canary?: boolean | number | undefined;
  readonly rate?: number | undefined;
}

export const REDRIVE_REQUEST = new BodySchema<RedriveRequest>({
  type: 'object',
  additionalProperties: false,
  properties: {
    ...SELECTORS,
    canary: {
      anyOf: [{ type: 'boolean' }, { type: 'integer', minimum: 1, maximum: 1_000 }],
      description: 'How many go first; the others follow when these have ended. true is 3; false: none go first.',
    },
    rate: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1_000,
      description: 'Jobs per second after that; 10 without.',
    },
  },
});

/** Reads the query of `GET /v1/dead-letters`. */
export function readLetterQuery(parameters: unknown): {
  filter: DeadLetterFilter;
  page: PageRequest<TimeCursor>;
} {
  const query = new QueryReader(parameters);
  const filter = readFilter(query);
  const page = readPageRequest(query, readPosition);
  query.done();
  return { filter, page };
}

/** Reads filters alone, such as those of the groups. */
export function readLetterFilter(parameters: unknown): DeadLetterFilter {
  const query = new QueryReader(parameters);
  const filter = readFilter(query);
  query.done();
  return filter;
}

/** @throws Problem 422 unless the selection says which letters are meant, in one way */
export function proveSelection(selection: DeadLetterFilter): void {
  const { jobIds, ids, queue, task, errorCode, tenant } = selection;
  const named = [jobIds, ids].filter((list) => list !== undefined).length;
  const described = [queue, task, errorCode, tenant].filter((name) => name !== undefined).length;
  if (named + described === 0) {
    throw invalidField(
      'queue',
      'is missing: name jobIds, ids, queue, task or errorCode, so that nobody means all by accident',
    );
  }
  if (named > 0 && named + described > 1) {
    throw invalidField(jobIds === undefined ? 'ids' : 'jobIds', 'stands alone: leave the other selectors out');
  }
}

/** Where a letter or a redrive stands in its list, as text. */
export function listPosition(
  listed: { readonly id: string } & ({ readonly deadAt: Date } | { readonly createdAt: Date }),
): string {
  const at = 'deadAt' in listed ? listed.deadAt : listed.createdAt;
  return positionText(at.toISOString(), listed.id);
}

function readFilter(query: QueryReader): DeadLetterFilter {
  const jobId = query.parsed('jobId', readId, 'the id of a job');
  const names = {
    queue: query.text('queue'),
    task: query.text('task'),
    errorCode: query.text('errorCode'),
    tenant: query.text('tenant'),
    jobIds: jobId === undefined ? undefined : [jobId],
  };
  return Object.fromEntries(Object.entries(names).filter(([, value]) => value !== undefined));
}
