import { type Decision, type JobState } from '../tracker/job-state.js';

/** What the state machine decided about one report, and the job as it is then. */
export interface DecidedJob {
  readonly job: JobState;
  readonly decision: Decision;
  /** Of the run that begins by it: how long it had waited since it was due. */
  readonly waitedMs?: number | undefined;
}

/** A decision with its job; nothing for none. */
export function decidedJob(decision: Decision | undefined): DecidedJob[] {
  return decision === undefined ? [] : [{ job: decision.state, decision }];
}
