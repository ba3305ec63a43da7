import { type WorkOrder } from '#libs/contracts';

/** One row of the outbox with what its message is made of. */
export type OutboxEntry = WorkEntry | VoidEntry | DeadLetterEntry | StaleEntry | UnaddressedEntry;

/** A run to be sent to its domain's work queue, through the delay ladder while `dueAt` is ahead. */
export interface WorkEntry {
  readonly kind: 'work';
  readonly id: string;
  readonly order: WorkOrder;
  /** JSON text. */
  readonly payload: string;
  /** The key of the queue that the domain's newest app has announced. */
  readonly queueKey: string;
  /** Milliseconds that were left to wait, by the database's clock, when the entry was read. */
  readonly waitMs: number;
}

/** Messages of a job's runs that must not start any more. */
export interface VoidEntry {
  readonly kind: 'void';
  readonly id: string;
  readonly jobId: string;
  readonly upTo: number;
}

/** A copy of a dead letter, for eyes. */
export interface DeadLetterEntry {
  readonly kind: 'dead-letter';
  readonly id: string;
  readonly letterId: string;
  readonly jobId: string;
  readonly tenant: string;
  readonly queue: string;
  readonly task: string;
  readonly payload: string;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly worker: string | null;
  readonly diedAt: Date;
}

/** A row whose run is no longer the job's newest: nothing is sent. */
export interface StaleEntry {
  readonly kind: 'stale';
  readonly id: string;
}

/** A run whose domain has no queue: it is parked. */
export interface UnaddressedEntry {
  readonly kind: 'unaddressed';
  readonly id: string;
}

/** How the ledger hands accepted work to the relay of its own process. */
export interface Dispatch {
  /** True when entries may be handed over directly: the broker takes messages and nothing older waits in the outbox. */
  takes(): boolean;
  /** Sends entries whose rows are committed and claimed by this process. */
  send(entries: readonly WorkEntry[]): void;
  /** Unclaimed rows have been committed. */
  wake(): void;
}
