import { type JobContext } from '#libs/consumer';

/** What every call of a job carries: the same in every attempt, so that a host can tell a call that comes again. */
export function callHeaders({ id, traceparent }: Pick<JobContext, 'id' | 'traceparent'>): Record<string, string> {
  return { 'idempotency-key': id, ...(traceparent === null ? {} : { traceparent }) };
}
