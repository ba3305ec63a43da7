import { type TaskRecord } from '../ledger/task-store.js';

/** A task as users see it. Times are milliseconds, sizes are bytes of JSON. */
export interface ShownTask {
  readonly name: string;
  readonly queue: string;
  readonly description: string;
  /** JSON Schema of the payload. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly defaults: {
    readonly priority: number;
    readonly maxAttempts: number;
    readonly backoff: {
      readonly type: string;
      readonly delay: number;
      readonly maxDelay: number;
      readonly jitter: number;
    };
    readonly timeout: number;
    /** The most that a job may ask for. */
    readonly maxTimeout: number;
    readonly maxPayload: number;
  };
  readonly example: unknown;
  /** False when no living app has announced it for a day, or its app no longer has it. */
  readonly available: boolean;
  /** Worker processes of its queue that are heard of: with none its jobs are taken, and wait. */
  readonly workers: number;
}

export function shownTask(task: TaskRecord): ShownTask {
  const { priority, maxAttempts, timeoutMs, backoff } = task.defaults;
  const { type, delayMs, maxDelayMs, jitter } = backoff;
  return {
    name: task.name,
    queue: task.queue,
    description: task.description,
    schema: task.schema,
    defaults: {
      priority,
      maxAttempts,
      backoff: { type, delay: delayMs, maxDelay: maxDelayMs, jitter },
      timeout: timeoutMs,
      maxTimeout: task.maxTimeoutMs,
      maxPayload: task.maxPayload,
    },
    example: task.example,
    available: task.available,
    workers: task.workers,
  };
}
