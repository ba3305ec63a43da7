import { type Before, type Circumstances, MOST_COUNTED } from '../ledger/explain-store.js';
import { type LocatedJob, type Place } from '../ledger/job-location.js';
import { noConsumer } from '../jobs/notice.js';
import { jobWhereabouts } from '../reconciler/job-whereabouts.js';

/** One reason why a job is not further: a word for programs, a sentence for people, and what the sentence is about. */
export interface Reason {
  readonly code: string;
  readonly message: string;
  readonly [detail: string]: unknown;
}

/** What a job's reasons are found in. */
export interface Situation {
  readonly job: LocatedJob;
  readonly circumstances: Circumstances;
  readonly before: Before;
  readonly broker: 'up' | { readonly down: string };
}

/** Why a job has not started, or not ended; the one that has to pass first comes first. */
export function reasonsOf(situation: Situation): Reason[] {
  return REASONS[situation.job.place](situation);
}

const REASONS: Readonly<Record<Place, (situation: Situation) => Reason[]>> = {
  ended: ({ job }) => [{ code: 'ended', message: `The job is ${job.status}: it waits for nothing.` }],
  running: ({ job }) => [
    { code: 'running', message: jobWhereabouts(job).detail, workerId: job.holder?.workerId ?? null },
  ],
  scheduled: (situation) => [waitsForTime(situation), ...hindrances(situation)],
  delayed: (situation) => [waitsForTime(situation), ...hindrances(situation)],
  unaccounted: ({ job }) => [{ code: 'looked_for', message: jobWhereabouts(job).detail }],
  outbox: (situation) => [unsent(situation), ...hindrances(situation)],
  held: (situation) => [...held(situation), ...hindrances(situation)],
  waiting: (situation) => [...hindrances(situation), waitsForWorker(situation)],
  paused: (situation) => [...hindrances(situation), waitsForWorker(situation)],
};

function waitsForTime({ job, circumstances }: Situation): Reason {
  const dueAt = job.dueAt?.getTime() ?? circumstances.now;
  const left = inWords(dueAt - circumstances.now);
  const at = new Date(dueAt).toISOString();
  return job.place === 'scheduled'
    ? { code: 'scheduled', message: `It waits for its time, in ${left}.`, at }
    : { code: 'retry', message: `It has been tried, and its next attempt is due in ${left}.`, at };
}

function unsent({ job, broker }: Situation): Reason {
  if (broker !== 'up') {
    return {
      code: 'broker_away',
      message: `The broker takes no messages now: ${broker.down} It is sent when it does.`,
    };
  }
  const { detail } = jobWhereabouts(job);
  if (job.parkedReason !== null) return { code: 'parked', message: detail, parkedReason: job.parkedReason };
  return { code: 'being_sent', message: detail };
}

function held({ circumstances, before }: Situation): Reason[] {
  const { concurrencyKey, keyHolder, maxRunningJobs } = circumstances;
  if (circumstances.held === 'batch') return [];
  if (circumstances.held === 'key') {
    const holder = keyHolder === null ? 'It is about to be free.' : `The job ${keyHolder} has it.`;
    const message = `It waits for its concurrency key. ${holder} ${waitIn('line', before.inLine)}`;
    return [{ code: 'concurrency_key', message, concurrencyKey, heldBy: keyHolder, ahead: before.inLine }];
  }
  const limit = maxRunningJobs === null ? '' : ` The tenant may run ${maxRunningJobs} jobs at once.`;
  const message =
    `Its tenant has as many jobs in the queue as it may; the others wait for their turn.${limit} ` +
    waitIn('line', before.inLine);
  return [{ code: 'turn', message, ahead: before.inLine, tenantsInLine: before.tenants, maxRunningJobs }];
}

/** What keeps a job from starting even when nobody is before it. */
function hindrances({ job, circumstances }: Situation): Reason[] {
  const { queue } = job;
  const { pausedBatch } = circumstances;
  return [
    ...(pausedBatch === null
      ? []
      : [
          {
            code: 'batch_paused',
            message: `Its batch ${pausedBatch} is paused: no job of it starts until that is resumed.`,
            batchId: pausedBatch,
          },
        ]),
    ...(circumstances.queuePaused
      ? [
          {
            code: 'queue_paused',
            message: `The queue ${queue} is paused: nothing in it starts until it is resumed.`,
            queue,
          },
        ]
      : []),
    ...(circumstances.workers === 0 ? [{ ...noConsumer(queue), queue }] : []),
  ];
}

function waitsForWorker({ job, circumstances, before }: Situation): Reason {
  if (job.holder !== null)
    return { code: 'starting', message: jobWhereabouts(job).detail, workerId: job.holder.workerId };
  const { places, taken } = circumstances;
  const busy = `Workers have ${taken} of ${places} places taken.`;
  const message = `It waits in the queue for a worker. ${waitIn('queue', before.inQueue)} ${busy}`;
  return { code: 'in_queue', message, ahead: before.inQueue, places, taken };
}

function waitIn(where: string, ahead: number): string {
  if (ahead === 0) return `None is before it in the ${where}.`;
  const number = ahead >= MOST_COUNTED ? `At least ${MOST_COUNTED}` : String(ahead);
  return `${number} ${ahead === 1 ? 'is' : 'are'} before it in the ${where}.`;
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

function inWords(ms: number): string {
  const [unit, size] = UNITS.find((one) => ms >= 2 * one[1]) ?? UNITS[3];
  const count = Math.max(0, Math.round(ms / size));
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
