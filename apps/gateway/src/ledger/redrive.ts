import { type DeadLetterFilter } from './dead-letter-filter.js';

export const REDRIVE_STATES = ['canary', 'running', 'stopped', 'done'] as const;
export type RedriveState = (typeof REDRIVE_STATES)[number];

/** What a redrive is to do. */
export interface NewRedrive {
  readonly id: string;
  readonly selection: DeadLetterFilter;
  /** Jobs that go first; the others follow when these have ended. 0: none. */
  readonly canary: number;
  /** Jobs per second after that. */
  readonly rate: number;
}

/** A redrive as it stands. */
export interface RedriveRecord extends NewRedrive {
  readonly state: RedriveState;
  /** Letters that it was begun for. */
  readonly total: number;
  readonly counts: RedriveCounts;
  readonly stopReason: string | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

export interface RedriveCounts {
  /** Sent out again, whatever has become of them. */
  readonly redriven: number;
  /** Could not be sent out again. */
  readonly refused: number;
  readonly completed: number;
  readonly failed: number;
}

/** A redrive in the hands of this gateway. */
export interface RedriveAtWork {
  readonly id: string;
  readonly state: 'canary' | 'running';
  readonly canary: number;
  readonly rate: number;
}

/** How far a redrive has come. */
export interface RedriveProgress {
  /** Jobs that were taken and could be sent out, whatever has become of them since. */
  readonly taken: number;
  /** Jobs that have not ended yet. */
  readonly open: number;
  /** A job that has failed again of what it had died of. */
  readonly failedAgain: { readonly jobId: string; readonly errorCode: string } | null;
}
