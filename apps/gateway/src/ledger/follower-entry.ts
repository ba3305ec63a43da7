import { type Failure } from '#libs/contracts';
import { dead, jobError } from '../tracker/transitions.js';
import { type Queries } from './database.js';
import { writeDecisions } from './decision-writes.js';
import { decidedJob } from './decided-job.js';
import { type NewJob } from './new-job.js';
import { readStates } from './job-states.js';
import { enterJobs } from './tick-writes.js';

/** The job that a follow-up has become. */
export interface Follower {
  readonly job: NewJob;
  /** Why it cannot run. */
  readonly failure: Failure | null;
}

const UNSTORABLE: Failure = { code: 'invalid_payload', message: 'The ledger cannot store the payload.' };

/**
 * Enters the jobs of follow-ups. One that cannot run is entered as failed, with its dead letter, so that it is seen. Returns
 * what they have become.
 * @param waits they wait until the outbox has room
 */
export async function enterFollowers(
  transaction: Queries,
  followers: readonly Follower[],
  waits: boolean,
): Promise<readonly Follower[]> {
  const sound = followers.filter(({ failure }) => failure === null);
  const jobs = sound.map(({ job }) => (waits ? due(job) : job));
  const entries = await enterJobs(transaction, jobs, { claimMs: 0, dueWaits: waits, held: new Set(jobs) });
  const entered = followers.map((follower) =>
    entries.get(follower.job.id) === 'unstorable' ? unstorable(follower) : follower,
  );
  await bury(
    transaction,
    entered.flatMap(({ job, failure }) => (failure === null ? [] : [{ job, failure }])),
  );
  return entered;
}

async function bury(
  transaction: Queries,
  failed: readonly { readonly job: NewJob; readonly failure: Failure }[],
): Promise<void> {
  if (failed.length === 0) return;
  const ids = failed.map(({ job }) => job.id);
  const failures = new Map(failed.map(({ job, failure }) => [job.id, failure]));
  await enterJobs(
    transaction,
    failed.map(({ job }) => due(job)),
    { claimMs: 0, dueWaits: true, held: new Set() },
  );
  const { now, states } = await readStates(transaction, ids);
  const decisions = [...states.values()].flatMap((state) => {
    const failure = failures.get(state.id);
    if (failure === undefined || state.status !== 'scheduled') return [];
    return decidedJob(dead(state, jobError(failure, true, state.attempt, now), 'permanent_error', []));
  });
  await writeDecisions(
    transaction,
    decisions.map(({ job }) => job),
    decisions,
  );
}

/** Its time has come, and nothing has been sent for it yet. */
function due(job: NewJob): NewJob {
  return { ...job, scheduledFor: job.scheduledFor ?? new Date() };
}

function unstorable({ job }: Follower): Follower {
  return { job: { ...job, payload: 'null', files: [], then: [] }, failure: UNSTORABLE };
}
