import { performance } from 'node:perf_hooks';
import { decodeJson, type Ended, type Outcome, type Returned } from '#libs/contracts';
import { type Telemetry, traceIdOf } from '#libs/observability';
import { type Storage } from '#libs/storage';
import { Standstill } from './errors.js';
import { type OtherVersionWaits } from './other-version.js';
import { outcomeOf, rejected } from './outcome-of.js';
import { checkPayload } from './payload-check.js';
import { type JobOutlet, type ReportSink } from './ports.js';
import { RunContext } from './run-context.js';
import { type RunInHand, type StopReason } from './run-in-hand.js';
import { beginRunSpan, endRunSpan } from './run-span.js';
import { Spawner } from './spawner.js';
import { type BoundTask, type TaskTable } from './task-table.js';
import { TenantFiles } from './tenant-files.js';

/** How long a handler may take to end after its time is over, before nobody waits for it. */
const STOPPING_MS = 5_000;
/** Node fires a timer at once that is set for longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Of a handler that threw what cannot even be looked at. */
const UNREADABLE_ENDING: Outcome = {
  kind: 'retry',
  failure: { code: 'error', message: 'The handler ended with a value that cannot be read.' },
};

/** What runs need of the app. */
export interface RunTools {
  readonly tasks: TaskTable;
  readonly worker: string;
  readonly storage: Pick<Storage, 'read' | 'put'>;
  readonly reports: ReportSink;
  readonly jobs: JobOutlet;
  readonly telemetry: Pick<Telemetry, 'emit'>;
  readonly waits: OtherVersionWaits;
  /** Takes no more jobs for a while. */
  readonly halt: (standstill: Standstill) => void;
}

interface Begun {
  readonly hand: RunInHand;
  readonly tools: RunTools;
  /** Wall clock, ISO 8601. */
  readonly startedAt: string;
  /** Monotonic clock. */
  readonly since: number;
  readonly spawner: Spawner;
  /** Of the run. */
  readonly traceparent: string | null;
}
interface Runnable extends Begun {
  readonly task: BoundTask;
  readonly payload: object;
}
interface Decided extends Begun {
  readonly ending: Outcome | StopReason;
}

/** Takes a run from its message to what is reported of it. Never rejects. */
export async function processRun(hand: RunInHand, tools: RunTools): Promise<Ended | Returned> {
  const span = beginRunSpan(hand);
  const { traceparent } = span;
  const spawner = new Spawner(hand, tools.jobs);
  const startedAt = new Date().toISOString();
  const begun: Begun = { hand, tools, startedAt, since: performance.now(), spawner, traceparent };
  const checked = await check(begun);
  const decided = 'ending' in checked ? checked : await span.within(() => run(checked));
  const report = conclude(decided);
  endRunSpan(span, report);
  return report;
}

async function check(begun: Begun): Promise<Runnable | Decided> {
  const { order, deliveries } = begun.hand;
  const task = begun.tools.tasks.get(order.task);
  if (task === undefined) return decide(begun, unknownTask(begun));
  const json = decodeJson(deliveries[0]?.body ?? Buffer.of());
  if (!json.ok) return decide(begun, rejected(json.code, json.reason));
  const checked = await checkPayload(task.payload, json.value);
  if (!checked.ok) return decide(begun, invalid(begun, task, checked.reason));
  return { task, payload: checked.payload, ...begun };
}

function unknownTask({ hand: { order }, tools }: Begun): Outcome {
  const message = `Expected an app that has the task ${order.task}; this one has not, and no other took the job.`;
  return tools.waits.outcomeOf(order, 'task_unknown_here', { code: 'unknown_task', message });
}

function invalid({ hand: { order }, tools }: Begun, task: BoundTask, reason: string): Outcome {
  // The gateway checked the payload by the schema of another version.
  const otherVersion = order.schemaHash !== null && order.schemaHash !== task.announcement.hash;
  return otherVersion
    ? tools.waits.outcomeOf(order, 'other_version', { code: 'invalid_payload', message: reason })
    : rejected('invalid_payload', reason);
}

async function run(runnable: Runnable): Promise<Decided> {
  const { hand, tools, task, payload, startedAt, spawner, traceparent } = runnable;
  const { order } = hand;
  if (hand.stopped !== undefined) return decide(runnable, hand.stopped);
  sayStarted(runnable, startedAt);
  const context = new RunContext({
    order: { ...order, traceparent },
    worker: tools.worker,
    hand,
    files: new TenantFiles(tools.storage, order),
    spawner,
    tell: (report) => {
      tools.reports.tell(report);
    },
  });
  const timer = startTimer(hand);
  try {
    const ended = attempt(() => task.call(payload, context), tools).then((outcome) => hand.stopped ?? outcome);
    const left = hand.left.then(() => hand.stopped ?? 'draining');
    return decide(runnable, await Promise.race([ended, left]));
  } finally {
    timer.stop();
    context.close();
  }
}

function sayStarted({ hand: { order }, tools, traceparent }: Begun, at: string): void {
  const { jobId: job, run: number, attempt: count, task, tenant } = order;
  tools.telemetry.emit('job.started', { job, task, attempt: count, run: number, tenant, ...traceOf(traceparent) });
  // Nobody waits for its confirm: the report of the end stands for it too.
  tools.reports
    .report({ type: 'started', job, run: number, worker: tools.worker, attempt: count, at })
    .catch(() => undefined);
}

async function attempt(call: () => Promise<unknown>, { halt }: RunTools): Promise<Outcome> {
  return Promise.resolve()
    .then(call)
    .then(
      (value) => outcomeOf({ kind: 'returned', value }),
      (error: unknown) => {
        if (error instanceof Standstill) halt(error);
        return outcomeOf({ kind: 'threw', error });
      },
    )
    .catch(() => UNREADABLE_ENDING);
}

function startTimer(hand: RunInHand): { stop(): void } {
  let timer = setTimeout(
    () => {
      hand.stop('timeout');
      timer = setTimeout(() => {
        hand.leave();
      }, STOPPING_MS);
    },
    Math.min(hand.order.timeoutMs, LONGEST_TIMER_MS),
  );
  return {
    stop: () => {
      clearTimeout(timer);
    },
  };
}

function decide(begun: Begun, ending: Outcome | StopReason): Decided {
  const { hand, tools, startedAt, since, spawner, traceparent } = begun;
  return { hand, tools, startedAt, since, spawner, traceparent, ending };
}

function conclude({
  hand: { order },
  tools,
  startedAt,
  since,
  spawner,
  traceparent,
  ending,
}: Decided): Ended | Returned {
  const about = { job: order.jobId, run: order.run, worker: tools.worker };
  if (ending === 'draining') return { type: 'returned', ...about, reason: 'draining' };
  const durationMs = Math.round(performance.now() - since);
  const outcome = typeof ending === 'string' ? outcomeOfStop(ending, order.timeoutMs) : ending;
  const { task, tenant, attempt: count } = order;
  const code = 'failure' in outcome ? { code: outcome.failure.code } : {};
  const { job, run: number } = about;
  tools.telemetry.emit('job.ended', {
    job,
    ...{ task, attempt: count, run: number, tenant, ...traceOf(traceparent) },
    ...{ outcome: outcome.kind, durationMs, ...code },
  });
  const spawned = spawner.count > 0 ? { spawned: spawner.count } : {};
  return { type: 'ended', ...about, attempt: count, startedAt, durationMs, outcome, ...spawned };
}

function traceOf(traceparent: string | null): { trace?: string } {
  const trace = traceIdOf(traceparent);
  return trace === undefined ? {} : { trace };
}

function outcomeOfStop(reason: Exclude<StopReason, 'draining'>, timeoutMs: number): Outcome {
  switch (reason) {
    case 'timeout':
      return {
        kind: 'retry',
        failure: { code: 'timeout', message: `The handler did not end within ${timeoutMs} ms.` },
      };
    case 'voided':
      return { kind: 'cancel' };
  }
}
