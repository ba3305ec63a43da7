import { type Backoff } from '#libs/contracts';
import { type FollowUp } from './follow-up.js';

/** A job that has been checked and may be entered. */
export interface NewJob {
  readonly id: string;
  readonly tenant: string;
  readonly task: string;
  readonly queue: string;
  /** The key of the queue that the domain's newest app has announced. */
  readonly queueKey: string;
  readonly priority: number;
  /** JSON text. */
  readonly payload: string;
  /** The ids of the uploads that the payload names, and of the jobs whose files it names. */
  readonly files: readonly string[];
  /** JSON text of an object. */
  readonly metadata: string;
  readonly maxAttempts: number;
  readonly backoff: Backoff;
  readonly timeoutMs: number;
  /** JSON text of what the request said of those that are not the task's; null when it said nothing. */
  readonly givenOptions: string | null;
  readonly schemaHash: string | null;
  readonly traceparent: string | null;
  /** Null: at once. */
  readonly scheduledFor: Date | null;
  readonly expiresAt: Date | null;
  readonly batchId: string | null;
  /** No other job of the tenant and task with this key is entered while this one is open, nor before `uniqueUntil`. */
  readonly uniqueKey: string | null;
  readonly uniqueUntil: Date | null;
  /** The key that it came with, when the number of the key's open jobs has a limit. */
  readonly apiKeyId: string | null;
  /** Of the tenant's jobs with this key, one at most runs at once. */
  readonly concurrencyKey: string | null;
  /** The job that it follows, or that has spawned it. */
  readonly parentId: string | null;
  /** The batch whose end it follows. */
  readonly followsBatch: string | null;
  readonly then: readonly FollowUp[];
}
