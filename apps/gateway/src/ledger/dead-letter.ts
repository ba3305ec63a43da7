import { type BrokerDeath } from '#libs/broker';
import { type JobError } from '#libs/contracts';

/** The queue that dead letters of events are listed under: they belong to no domain. */
export const EVENT_LETTERS = 'events';

/** A dead letter as the ledger keeps it: of a failed job, or of a message that is no job's. */
export interface DeadLetterRecord {
  readonly id: string;
  /** Null: the message is no job's. */
  readonly jobId: string | null;
  readonly tenant: string;
  readonly queue: string;
  readonly task: string | null;
  readonly run: number | null;
  readonly error: JobError;
  readonly reason: string;
  /** A job's payload as JSON text; a message's body as `message.encoding` says. */
  readonly payload: string;
  /** Null of a job's. */
  readonly message: DeadMessage | null;
  readonly workerId: string | null;
  readonly deadAt: Date;
}

/** What came with a message that is no job's. */
export interface DeadMessage {
  /** The domain in whose queue of letters it lies. */
  readonly domain: string;
  /** Under which key it lies there. */
  readonly routingKey: string;
  /** The key that it came with, as far as it is known. */
  readonly key: string | null;
  /** The queue that it was read from, as far as it is known. */
  readonly source: string | null;
  readonly messageId: string | null;
  readonly type: string | null;
  readonly priority: number | null;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly encoding: 'utf8' | 'base64';
  /** Bytes of the whole body. */
  readonly size: number;
  /** Only the beginning of the body is kept. */
  readonly clipped: boolean;
  /** Secret fields of the body were masked. */
  readonly masked: boolean;
}

/** A message to be kept among the dead letters. */
export type NewDeadLetter = Omit<DeadLetterRecord, 'jobId' | 'run' | 'message' | 'deadAt'> & {
  readonly message: DeadMessage;
};

/** A message of a job's run that the broker has dead-lettered, and the letter that it becomes if nobody knows the job. */
export interface BuriedRun {
  readonly job: string;
  readonly run: number;
  readonly death: BrokerDeath;
  readonly letter: NewDeadLetter;
}
