import { type Backoff } from './retry-policy.js';
import { isAnything, isCount, isNumber, isRecord, isText, listOf, literal, nullable, shape } from './shape.js';

/** What a task does when the job does not say otherwise. */
export interface TaskDefaults {
  readonly maxAttempts: number;
  readonly backoff: Backoff;
  readonly timeoutMs: number;
  readonly priority: number;
}

/** A task as its consumer app announces it. */
export interface TaskAnnouncement {
  /** `<domain>.<task>`. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema (draft 2020-12) of the payload, without remote references. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly defaults: TaskDefaults;
  /** The longest time-out that a job may ask for. */
  readonly maxTimeoutMs: number;
  /** Bytes of JSON. */
  readonly maxPayload: number;
  /** A payload that runs as it is; null when the task has none. */
  readonly example: unknown;
  /** Of schema and defaults: tells versions of a task apart. */
  readonly hash: string;
}

/** The queue that the gateway shall send a domain's work to. */
export interface QueueAddress {
  /** `<domain>.<type>-<number>`: routing keys begin with it, and the AMQP name is it behind the prefix. */
  readonly key: string;
  readonly type: 'classic' | 'quorum';
  /** Rises when the queue's arguments change. */
  readonly number: number;
}

/** Sent by an app with key `<domain>.announce`: at start, after a reconnect, every five minutes, and when asked. */
export interface Announcement {
  readonly domain: string;
  readonly appVersion: string;
  readonly worker: string;
  readonly queue: QueueAddress;
  readonly tasks: readonly TaskAnnouncement[];
}

export const isAnnouncement = shape<Announcement>({
  domain: isText,
  appVersion: isText,
  worker: isText,
  queue: shape<QueueAddress>({ key: isText, type: literal('classic', 'quorum'), number: isCount }),
  tasks: listOf(
    shape<TaskAnnouncement>({
      name: isText,
      description: isText,
      schema: isRecord,
      defaults: shape<TaskDefaults>({
        maxAttempts: isCount,
        backoff: shape<Backoff>({
          type: literal('exponential', 'fixed'),
          delayMs: isCount,
          maxDelayMs: isCount,
          jitter: isNumber,
        }),
        timeoutMs: isCount,
        priority: isCount,
      }),
      maxTimeoutMs: isCount,
      maxPayload: isCount,
      example: nullable(isAnything),
      hash: isText,
    }),
  ),
});
