import { type Duration } from '#libs/contracts';
import { QueryReader } from '../http/query.js';
import { timingErrors } from './schedule-request.js';
import { type Timing } from './ticks.js';

const MILLISECONDS = /^\d+$/;

/** The query of `GET /v1/schedules/preview`, described. */
export const TIMING_QUERY = {
  cron: 'As in the body of a schedule.',
  timezone: 'As in the body of a schedule.',
  every: 'As in the body of a schedule, instead of cron.',
} as const;

/**
 * Reads a timing out of a query.
 * @throws Problem 422 that names each wrong parameter
 */
export function readTimingQuery(parameters: unknown): Timing {
  const query = new QueryReader(parameters);
  const timing = {
    cron: query.text('cron') ?? null,
    timezone: query.text('timezone') ?? 'UTC',
    every: query.parsed('every', readDuration, 'a duration') ?? null,
  };
  for (const { path, message } of timingErrors(timing)) query.refuse(path, message);
  query.done();
  return timing;
}

/** In a query numbers are texts, too. */
function readDuration(text: string): Duration {
  return MILLISECONDS.test(text) ? Number(text) : text;
}
