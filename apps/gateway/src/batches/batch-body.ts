import { setImmediate as turn } from 'node:timers/promises';
import { type FastifyRequest } from 'fastify';
import { LIMITS } from '#libs/contracts';
import { BodySchema } from '../http/body-schema.js';
import { JSON_TYPE, mediaOf } from '../http/json-body.js';
import { parseJson } from '../http/parse-json.js';
import { invalid, invalidField, Problem } from '../http/problem.js';
import { readBody } from '../http/read-body.js';
import { JOB_REQUEST } from '../jobs/job-request.js';

/** One JSON text in each line. */
const NDJSON_TYPE = 'application/x-ndjson';
/** The object and the list around the jobs. */
const LEVELS_AROUND = 2;
const LINES_IN_A_TURN = 100;
const LINE_FEED = 0x0a;

/** A batch call, unchecked. */
export interface BatchRequest {
  /** Requests for jobs. */
  readonly jobs: readonly unknown[];
  /** What is to follow from the end of the last of them. */
  readonly then?: readonly unknown[];
}

const then = {
  type: 'array',
  minItems: 1,
  maxItems: LIMITS.followUps,
  items: { type: 'object' },
  description:
    'Jobs to enqueue once, when the last job of the batch has ended: bodies of POST /v1/jobs, with `on` (final; completed: all ' +
    'have; failed: not all have) and placeholders such as {{batch.counts.completed}} in their payloads.',
};

const BATCH_REQUEST = new BodySchema<BatchRequest>({
  type: 'object',
  additionalProperties: false,
  required: ['jobs'],
  properties: { jobs: { type: 'array', minItems: 1, maxItems: LIMITS.batchJobs }, then },
});

/** The JSON body of `POST /v1/jobs/batch`, for the OpenAPI document. */
export const BATCH_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['jobs'],
  properties: { jobs: { type: 'array', minItems: 1, maxItems: LIMITS.batchJobs, items: JOB_REQUEST.schema }, then },
};

/**
 * The body of a batch call, unchecked: `{ "jobs": [...], "then": [...] }`, or NDJSON with a job in each line.
 * @throws Problem 400, 413, 415 or 422 as for any body; paths begin with `jobs.<index>`
 */
export async function readBatchBody(request: FastifyRequest): Promise<BatchRequest> {
  const media = mediaOf(request, [JSON_TYPE, NDJSON_TYPE]);
  const body = await readBody(request.raw, LIMITS.batchBody);
  if (media === NDJSON_TYPE) return { jobs: await readLines(body) };
  const bounds = { depth: LIMITS.jsonDepth + LEVELS_AROUND, nodes: LIMITS.batchJsonNodes };
  const parsed = parseJson(body, bounds);
  return BATCH_REQUEST.read(parsed);
}

/** Others have their turn between lines, however long the body is. */
async function readLines(body: Buffer): Promise<readonly unknown[]> {
  const jobs: unknown[] = [];
  let number = 0;
  for (const line of linesOf(body)) {
    number += 1;
    if (number % LINES_IN_A_TURN === 0) await turn();
    if (isBlank(line)) continue;
    if (jobs.length === LIMITS.batchJobs) throw invalidField('jobs', `must be at most ${LIMITS.batchJobs}`);
    jobs.push(parsedLine(line, number, jobs.length));
  }
  if (jobs.length === 0) throw invalidField('jobs', 'must be at least one');
  return jobs;
}

function* linesOf(body: Buffer): Iterable<Buffer> {
  for (let start = 0; start < body.length;) {
    const found = body.indexOf(LINE_FEED, start);
    const end = found === -1 ? body.length : found;
    yield body.subarray(start, end);
    start = end + 1;
  }
}

function isBlank(line: Buffer): boolean {
  return !line.some((byte) => byte > 0x20);
}

/** @param number of the line, from 1: blank lines count there and are no job */
function parsedLine(line: Buffer, number: number, index: number): unknown {
  try {
    return parseJson(line);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const errors = error.details.errors?.map(({ path, message }) => ({ path: `jobs.${index}.${path}`, message }));
    if (error.status === 422 && errors !== undefined) throw invalid(errors);
    throw new Problem(error.status, `Line ${number} of the body, jobs.${index}: ${error.message}`, {
      ...(errors === undefined ? {} : { errors }),
    });
  }
}
