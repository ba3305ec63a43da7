import { uuidv7 } from 'uuidv7';
import { DEFAULT_BACKOFF } from '#libs/contracts';
import { type NewJob } from '../ledger/new-job.js';

/** A job that may be entered as it is. */
export function newJob(changes: Partial<NewJob> = {}): NewJob {
  return {
    id: uuidv7(),
    tenant: 'default',
    task: 'lab.noop',
    queue: 'lab',
    queueKey: 'lab.classic-1',
    priority: 4,
    payload: '{}',
    metadata: '{}',
    maxAttempts: 3,
    backoff: DEFAULT_BACKOFF,
    timeoutMs: 1_000,
    givenOptions: null,
    schemaHash: null,
    traceparent: null,
    scheduledFor: null,
    expiresAt: null,
    batchId: null,
    uniqueKey: null,
    uniqueUntil: null,
    apiKeyId: null,
    parentId: null,
    followsBatch: null,
    files: [],
    then: [],
    concurrencyKey: null,
    ...changes,
  };
}
