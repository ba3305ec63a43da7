import { expect, it } from '@jest/globals';
import type * as sdk from '#libs/sdk';
import { type ShownBatch } from '../src/batches/batch-view.js';
import { type ShownDeadLetter } from '../src/dead-letters/letter-view.js';
import { type ShownRedrive } from '../src/dead-letters/redrive-view.js';
import { type Explanation } from '../src/explain/explainer.js';
import { type Flow } from '../src/flows/flow-tree.js';
import { type QueueRecord } from '../src/ledger/queue-store.js';
import { type KeyLimits, type TenantLimits } from '../src/ledger/limits.js';
import { type Audit } from '../src/reconciler/audit.js';
import { type JobWhereabouts } from '../src/reconciler/job-whereabouts.js';
import { type ShownRun, type ShownSchedule } from '../src/schedules/schedule-view.js';
import { type ShownTask } from '../src/tasks/shown-task.js';
import { type Rehearsal } from '../src/triggers/trigger-rehearsal.js';
import { type ShownWorker } from '../src/workers/shown-worker.js';
import { type ShownRun as ShownTriggerRun, type ShownTrigger } from '../src/triggers/trigger-view.js';

/** True where the gateway's type can stand for the SDK's, and neither has a field that the other has not. */
type Same<Shown, Said> = [Shown] extends [Said]
  ? [keyof Said] extends [keyof Shown]
    ? SameNames<Shown, Said>
    : false
  : false;
type SameNames<Shown, Said> = [keyof Shown] extends [keyof Said] ? true : false;

// This does not compile while the SDK says something else of an answer than what the gateway shows.
const same: readonly [
  Same<Audit, sdk.Audit>,
  Same<JobWhereabouts, sdk.JobWhereabouts>,
  Same<ShownRedrive, sdk.Redrive>,
  Same<ShownWorker, sdk.WorkerProcess>,
  Same<TenantLimits, sdk.TenantLimits>,
  Same<ShownBatch, sdk.Batch>,
  Same<Omit<ShownDeadLetter, 'message'>, Omit<sdk.DeadLetter, 'message'>>,
  Same<Explanation, sdk.Explanation>,
  Same<Flow, sdk.Flow>,
  Same<KeyLimits, sdk.KeyLimits>,
  Same<QueueRecord, sdk.Queue>,
  Same<ShownRun, sdk.ScheduleRun>,
  Same<ShownSchedule, sdk.Schedule>,
  Same<ShownTask, sdk.Task>,
  Same<ShownTrigger, sdk.Trigger>,
  Same<ShownTriggerRun, sdk.TriggerRun>,
  Same<Rehearsal, sdk.Rehearsal>,
] = [true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true];

it('says of answers what the gateway shows', () => {
  expect(same).not.toContain(false);
});
