import { isRecord, LIMITS } from '#libs/contracts';
import { BodySchema } from '../http/body-schema.js';
import { type FieldError } from '../http/problem.js';
import { type End, ENDS } from '../ledger/follow-up.js';
import { JOB_REQUEST, type JobRequest } from './job-request.js';

/** What a `then` belongs to. */
export type FollowedKind = 'job' | 'batch';

/** An entry of a `then`. */
export interface FollowUpRequest extends JobRequest {
  readonly on?: End;
  readonly after?: 'job' | 'spawned';
}

/** What of a job its place in a flow decides, and why it is not taken. */
const DECIDED_BY_FLOW = ['uniqueKey', 'uniqueFor'] as const;
const NEVER: FieldError = { path: 'on', message: 'must be completed, failed or final for what waits for spawned jobs' };
const ONCE = 'does not go with a job of a then, which is enqueued once';

const jobProperties = JOB_REQUEST.schema['properties'] as Readonly<Record<string, unknown>>;

const SHAPES: Readonly<Record<FollowedKind, BodySchema<FollowUpRequest>>> = {
  job: shapeOf({ on: { type: 'string', enum: ENDS }, after: { type: 'string', enum: ['job', 'spawned'] } }),
  batch: shapeOf({ on: { type: 'string', enum: ENDS.filter((end) => end !== 'cancelled') } }),
};

function shapeOf(own: Readonly<Record<string, unknown>>): BodySchema<FollowUpRequest> {
  return new BodySchema<FollowUpRequest>({ ...JOB_REQUEST.schema, properties: { ...jobProperties, ...own } });
}

/** What is wrong with the fields of an entry, by path. */
export function followUpErrors(entry: unknown, of: FollowedKind): FieldError[] {
  const errors = SHAPES[of].errorsOf(entry);
  const decided = isRecord(entry) ? DECIDED_BY_FLOW.filter((field) => field in entry) : [];
  const never = isRecord(entry) && entry['after'] === 'spawned' && entry['on'] === 'cancelled' ? [NEVER] : [];
  return [...errors, ...decided.map((path) => ({ path, message: ONCE })), ...never];
}

/** What the placeholders of an entry may begin with. */
export function rootsOf({ after }: FollowUpRequest, of: FollowedKind): readonly string[] {
  if (of === 'batch') return ['batch'];
  return after === 'spawned' ? ['result', 'error', 'job', 'batch'] : ['result', 'error', 'job'];
}

/** What is wrong with the size of a `then`: how many jobs are within it, and how deep. */
export function extentErrors(then: readonly unknown[]): FieldError[] {
  const { jobs, depth } = extentOf(then);
  if (depth > LIMITS.followUpDepth) {
    return [{ path: 'then', message: `must be at most ${LIMITS.followUpDepth} deep, one then within another` }];
  }
  if (jobs > LIMITS.followUps) {
    return [{ path: 'then', message: `must hold at most ${LIMITS.followUps} jobs in all, holds ${jobs}` }];
  }
  return [];
}

function extentOf(then: readonly unknown[]): { readonly jobs: number; readonly depth: number } {
  let [jobs, depth] = [0, 0];
  for (const entry of then) {
    const inner = isRecord(entry) && Array.isArray(entry['then']) ? extentOf(entry['then']) : { jobs: 0, depth: 0 };
    jobs += 1 + inner.jobs;
    depth = Math.max(depth, inner.depth);
  }
  return { jobs, depth: depth + 1 };
}
