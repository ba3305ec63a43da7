import { type Failure, type Outcome } from './outcome.js';
import { type Probed } from './probe.js';
import {
  type Check,
  isAnything,
  isBoolean,
  isCount,
  isNumber,
  isRecord,
  isText,
  literal,
  nullable,
  oneOf,
  perhaps,
  shape,
} from './shape.js';

/** Which run of which job a report is about, and who says it. */
interface AboutRun {
  readonly job: string;
  readonly run: number;
  readonly worker: string;
}

/** A handler has begun. */
export interface Started extends AboutRun {
  readonly type: 'started';
  readonly attempt: number;
  /** The worker's wall clock, ISO 8601. */
  readonly at: string;
}

/** A run has ended. It stands for its `started` too, which may not have been sent. */
export interface Ended extends AboutRun {
  readonly type: 'ended';
  readonly attempt: number;
  readonly startedAt: string;
  /** By the worker's monotonic clock. */
  readonly durationMs: number;
  readonly outcome: Outcome;
  /** How many jobs the run has spawned, by their keys; left out for none. */
  readonly spawned?: number;
}

/** Why a delivery was handed back without being run; `unrouted`: it waited for a queue that was gone when its time came. */
export type ReturnReason = 'redelivered' | 'draining' | 'voided' | 'unrouted';

/** A delivery came back unrun; the ledger decides whether anything follows. */
export interface Returned extends AboutRun {
  readonly type: 'returned';
  readonly reason: ReturnReason;
  /** Its process goes on, and hands it back only because it had more than it runs. */
  readonly surplus?: boolean;
}

/** Reports that move a job. */
export type RunReport = Started | Ended | Returned;

/** What travels in arrays on `leveret.status` with key `<domain>.report` and is never dropped. */
export type Report = RunReport | Probed;

/** How far a run has come. `seq` rises within a run; the latest wins. */
export interface ProgressReport extends AboutRun {
  readonly type: 'progress';
  readonly seq: number;
  readonly percent: number;
  readonly message: string | null;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A line that a handler wrote. */
export interface LogReport extends AboutRun {
  readonly type: 'log';
  readonly seq: number;
  readonly attempt: number;
  readonly at: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reports that tell and move nothing, key `<domain>.progress`. Under pressure the oldest are dropped. */
export type TellingReport = ProgressReport | LogReport;

const about = { job: isText, run: isCount, worker: isText };
const isFailure = shape<Failure>({ code: isText, message: isText });

const isOutcome = oneOf<Outcome>('kind', {
  done: shape<Extract<Outcome, { kind: 'done' }>>({ kind: literal('done'), result: isAnything }),
  retry: shape<Extract<Outcome, { kind: 'retry' }>>({ kind: literal('retry'), failure: isFailure }),
  snooze: shape<Extract<Outcome, { kind: 'snooze' }>>({ kind: literal('snooze'), delayMs: isCount, reason: isText }),
  reject: shape<Extract<Outcome, { kind: 'reject' }>>({ kind: literal('reject'), failure: isFailure }),
  cancel: shape<Extract<Outcome, { kind: 'cancel' }>>({ kind: literal('cancel') }),
});

export const isRunReport: Check<RunReport> = oneOf<RunReport>('type', {
  started: shape<Started>({ ...about, type: literal('started'), attempt: isCount, at: isText }),
  ended: shape<Ended>({
    ...about,
    type: literal('ended'),
    attempt: isCount,
    startedAt: isText,
    durationMs: isNumber,
    outcome: isOutcome,
    spawned: perhaps(isCount),
  }),
  returned: shape<Returned>({
    ...about,
    type: literal('returned'),
    reason: literal('redelivered', 'draining', 'voided', 'unrouted'),
    surplus: perhaps(isBoolean),
  }),
});

export const isTellingReport: Check<TellingReport> = oneOf<TellingReport>('type', {
  progress: shape<ProgressReport>({
    ...about,
    type: literal('progress'),
    seq: isCount,
    percent: isNumber,
    message: nullable(isText),
  }),
  log: shape<LogReport>({
    ...about,
    type: literal('log'),
    seq: isCount,
    attempt: isCount,
    at: isText,
    level: literal(...LOG_LEVELS),
    message: isText,
    fields: isRecord,
  }),
});
