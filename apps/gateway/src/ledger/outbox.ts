import { type VoidedRun, type WorkOrder } from '#libs/contracts';

/** A row of the outbox's first lane: something to say on the control stream. */
export type ControlRow =
  | { readonly id: string; readonly kind: 'void'; readonly voided: VoidedRun }
  | { readonly id: string; readonly kind: 'pause' | 'resume'; readonly queue: string; readonly version: number };

/** A row of the outbox's other lane with what its message is made of. */
export type OutboxEntry = WorkEntry | DeadLetterEntry | EventEntry | StaleEntry | UnaddressedEntry;

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

/** An event, for whoever listens. */
export interface EventEntry {
  readonly kind: 'event';
  readonly id: string;
  readonly eventId: string;
  readonly tenant: string;
  readonly type: string;
  /** JSON text. */
  readonly payload: string;
  readonly receivedAt: Date;
}

/** A row whose run is no longer the job's newest, or what it is about is deleted: nothing is sent. */
export interface StaleEntry {
  readonly kind: 'stale';
  readonly id: string;
}

/** A run whose domain has no queue: it is parked. */
export interface UnaddressedEntry {
  readonly kind: 'unaddressed';
  readonly id: string;
}

/** Whose turn it is to have a message in which queue. */
export interface Line {
  readonly queue: string;
  readonly tenant: string;
}

/** For maps. Neither name holds a blank. */
export function lineKey({ queue, tenant }: Line): string {
  return `${queue} ${tenant}`;
}

/** How much is to be handed over at once, at most. */
export interface Load {
  readonly entries: number;
  /** Of payload. */
  readonly bytes: number;
}

/** How the ledger hands accepted work to the relay of its own process. */
export interface Dispatch {
  /**
   * Whether a job that is about to be entered may have a message now. One that may not is held in the ledger until it is its
   * tenant's turn; `holds` is called when it has been entered.
   */
  admits(job: Line & { readonly concurrencyKey: string | null }): boolean;
  /**
   * True when work may be handed over directly: there is room for it, the broker takes messages, and nothing waits in the outbox that
   * `hurry` was told of, or that was not taken the last time. What has come due, follows, fires, delivers or is tried again may wait there.
   */
  takes(load: Load): boolean;
  /** Sends entries whose rows are committed and claimed by this process. */
  send(entries: readonly WorkEntry[]): void;
  /** Held jobs have been committed. Those that come to the same lines later do not overtake them. */
  holds(lines: Iterable<Line>): void;
  /** Unclaimed rows may have been committed, or held jobs of whatever line. */
  wake(): void;
  /**
   * New work has been committed unclaimed, and what is accepted from now on must not leave before it. Jobs that could not be
   * taken directly only wake: under load a statement begins whenever one ends, so that none would be taken directly again. What
   * is entered by one statement, or as one batch, may pass such a job, when the relay caught up just before that was committed.
   */
  hurry(): void;
}

/** How the ledger tells that jobs have left their queue, so that it may be somebody else's turn. */
export interface Turns {
  /** @param jobs how many */
  left(jobs: number): void;
}

/** How the ledger tells the relay of its own process that there is something to say on the control stream. */
export interface ControlDispatch {
  /** Unclaimed rows of the first lane have been committed: nothing leaves this process before they have. */
  hurry(): void;
}
