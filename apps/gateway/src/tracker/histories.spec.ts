import { describe, expect, it } from '@jest/globals';
import { type RunReport } from '#libs/contracts';
import {
  CANCEL,
  DONE,
  endedBy,
  NOW,
  QUEUED,
  randomFrom,
  REJECT,
  RETRY,
  returnedAs,
  snooze,
  startedBy,
  workerOf,
} from '../testing/job-reports.js';
import { type Ending, type Script, SimulatedJob } from '../testing/simulated-job.js';
import { decide } from './decide.js';
import { type JobState } from './job-state.js';

const HISTORIES = 10_000;
const ORDERS = 3;

/** What a kind of history always comes to, in whatever order its reports come, and however often. */
const KINDS: readonly (Script & { what: string; state: JobState; end: Partial<Ending> })[] = [
  {
    what: 'a job whose runs are done',
    state: { ...QUEUED, maxAttempts: 10 },
    outcomes: [DONE],
    faults: 2,
    end: { status: 'completed', letters: 0 },
  },
  {
    what: 'a job that is put off and fails before it is done',
    state: { ...QUEUED, maxAttempts: 20 },
    outcomes: [snooze(10), RETRY, DONE],
    faults: 2,
    end: { status: 'completed', letters: 0 },
  },
  {
    what: 'a job that fails for good',
    state: { ...QUEUED, maxAttempts: 10 },
    outcomes: [REJECT],
    faults: 2,
    end: { status: 'failed', code: 'bad', letters: 1 },
  },
  {
    what: 'a job that always fails',
    state: QUEUED,
    outcomes: [RETRY],
    faults: 2,
    end: { status: 'failed', charged: 3, letters: 1 },
  },
  {
    what: 'a job that kills its workers',
    state: { ...QUEUED, maxAttempts: 100 },
    outcomes: [DONE],
    faults: 'every',
    end: { status: 'failed', code: 'worker_lost', losses: 3, letters: 1 },
  },
  {
    what: 'a job that was asked to stop',
    state: { ...QUEUED, status: 'running', attempt: 1, workerId: 'w1', startedAt: NOW, cancelRequestedAt: NOW },
    outcomes: [CANCEL, RETRY],
    faults: 2,
    end: { status: 'cancelled', letters: 0 },
  },
];

describe('a history of reports', () => {
  it.each(KINDS)('comes to the same end in any order, however often they come: $what', ({ state, end, ...script }) => {
    for (let history = 1; history <= HISTORIES / KINDS.length; history += 1) {
      for (let order = 1; order <= ORDERS; order += 1) {
        const job = new SimulatedJob(state, script, { history, order });
        const ended = job.live();
        const asExpected = Object.entries(end).every(([name, value]) => ended[name as keyof Ending] === value);
        if (asExpected && job.broken.length === 0) continue;
        const what = `${JSON.stringify(ended)}, broken: ${job.broken.join('; ') || 'nothing'}`;
        throw new Error(`Seed ${history}, order ${order}: ${what}, after ${job.story.join(', ')}.`);
      }
    }
  });

  it('breaks no rule when reports are dropped, whatever comes of it', () => {
    const endings = new Map<string, number>();
    for (let seed = 1; seed <= HISTORIES; seed += 1) {
      const outcomes = [DONE, RETRY, REJECT, CANCEL, snooze(10)].slice(seed % 5);
      const job = new SimulatedJob(QUEUED, { outcomes, faults: 3, drops: 0.2 }, { history: seed, order: 1 });
      const { status } = job.live();
      endings.set(status, (endings.get(status) ?? 0) + 1);
      if (job.broken.length > 0) throw new Error(`Seed ${seed}: ${job.broken.join('; ')}: ${job.story.join(', ')}.`);
    }
    for (const status of ['completed', 'failed', 'cancelled'])
      expect(endings.get(status)).toBeGreaterThan(HISTORIES / 50);
  });

  it('breaks no rule when anybody reports anything', () => {
    for (let seed = 1; seed <= HISTORIES; seed += 1) {
      const random = randomFrom(seed);
      const job = new SimulatedJob(QUEUED, { outcomes: [DONE], faults: 0 }, { history: seed, order: 1 });
      for (let step = 0; step < 25; step += 1) {
        const report = anyReport(job.state, random);
        job.move(decide(job.state, report, { now: NOW, random: random() }), `${report.type} ${report.run}`);
      }
      if (job.broken.length > 0) throw new Error(`Seed ${seed}: ${job.broken.join('; ')}: ${job.story.join(', ')}.`);
    }
  });
});

function anyReport(state: JobState, random: () => number): RunReport {
  const one = <T>(...list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const run = Math.max(1, state.run - Math.floor(random() * 3));
  const attempt = Math.max(1, state.charged + Math.floor(random() * 2));
  const reason = one('redelivered' as const, 'draining' as const, 'voided' as const);
  return one<RunReport>(
    startedBy(run, attempt),
    endedBy(run, attempt, one(DONE, RETRY, REJECT, snooze(100), CANCEL)),
    returnedAs(run, reason, one('another', workerOf(run))),
  );
}
