import { type FieldError } from '../http/problem.js';

/** Why a tick started no job, or what else is to be said of it. */
export interface RunReason {
  readonly code: 'missed' | 'caught_up' | 'last_job_open' | 'id_taken' | 'invalid';
  readonly message: string;
  /** What is wrong with the request, by path. */
  readonly errors?: readonly FieldError[];
}

/** What became of a tick, or of a start by hand. */
export interface ScheduleRun {
  /** Counts the runs of its schedule from 1. */
  readonly number: number;
  /** Null: started by hand. */
  readonly tick: Date | null;
  readonly outcome: 'started' | 'skipped' | 'refused';
  readonly jobId: string | null;
  readonly reason: RunReason | null;
  readonly at: Date;
}
