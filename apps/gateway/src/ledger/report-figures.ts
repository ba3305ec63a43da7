import { isFinal, type JobStatus, type RunReport } from '#libs/contracts';
import { type Decision, type JobState } from '../tracker/job-state.js';

/** A run that has begun, and how long it had waited for that since it was due. */
interface BegunRun {
  readonly task: string;
  readonly waitedMs: number;
}

/** A job that has ended. */
interface EndedJob {
  readonly task: string;
  readonly status: JobStatus;
  readonly attempts: number;
}

/** What reports have told that operators count. */
export interface ReportFigures {
  readonly begun: readonly BegunRun[];
  readonly final: readonly EndedJob[];
}

/** What one report has told, by what it made of its job. Each begin and each end is told once, however often it is reported. */
export function figuresOf(before: JobState, report: RunReport, decision: Decision): ReportFigures {
  if (isFinal(before.status)) return { begun: [], final: [] };
  return { begun: begunBy(before, report, decision), final: endedBy(decision.state) };
}

function begunBy(before: JobState, report: RunReport, { attempts }: Decision): BegunRun[] {
  const [record] = attempts;
  if (report.type === 'returned' || report.run !== before.run || before.status === 'running') return [];
  if (record?.startedAt == null) return [];
  const dueAt = before.nextAttemptAt ?? before.queuedAt;
  return [{ task: before.task, waitedMs: Math.max(0, record.startedAt.getTime() - dueAt.getTime()) }];
}

function endedBy({ task, status, attempt }: JobState): EndedJob[] {
  return isFinal(status) ? [{ task, status, attempts: attempt }] : [];
}
