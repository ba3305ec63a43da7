import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Job } from '#libs/contracts';
import { Campaign } from './campaign.js';
import { type Fault } from './fault.js';
import { FaultSuite } from './fault-suite.js';
import { HttpTarget } from './http-target.js';
import { finalStatesFrozen } from './invariants.js';
import { type Holdings, holdings, noLeaks } from './leaks.js';
import { chosenSeed, SeededRandom } from './random.js';

const START_PATIENCE_MS = 120_000;
const TEST_MS = 300_000;
/** A quarter of what it is by default: lost messages are missed sooner. */
const RECONCILE_AFTER = '15s';
const PER_SECOND = 25;
const RECOVERY_MS = 120_000;
const BEFORE_THE_FIRST_MS = 1_500;
const PEACE_MS = 4_000;
const BETWEEN_MS = 1_000;

const seed = chosenSeed(process.env['FAULT_SEED']);
const random = new SeededRandom(seed);
/** Narrows a run to the faults whose name has this text. */
const only = process.env['FAULT_ONLY'] ?? '';
const isWanted = ({ kind }: Fault): boolean => kind.includes(only);
/** The short form makes so many faults of each group; the seed says which. */
const most = Number(process.env['FAULT_MOST'] ?? Infinity);

/** Faults of some parts of a suite, which are made under one stream of jobs. */
export interface FaultGroup {
  readonly parts: string;
  readonly faults: readonly Fault[];
}

/** Puts one suite to groups of faults. The same faults in the same order, by the same jobs, come again with FAULT_SEED. */
export function describeFaults(groups: readonly FaultGroup[]): void {
  describe(`a suite under faults (FAULT_SEED=${seed})`, () => {
    underFaults(groups);
  });
}

function underFaults(groups: readonly FaultGroup[]): void {
  let system: FaultSuite;
  let target: HttpTarget;
  let before: Holdings;
  const ended: { campaign: Campaign; jobs: ReadonlyMap<string, Job> }[] = [];

  beforeAll(async () => {
    process.stderr.write(`FAULT_SEED=${seed}\n`);
    [system, target] = await Promise.all([FaultSuite.start({ RECONCILE_AFTER }), HttpTarget.open()]);
  }, START_PATIENCE_MS);

  afterAll(async () => {
    await target.close();
    await system.stop();
  }, START_PATIENCE_MS);

  it(
    'executes each job as often as its script says when nothing fails',
    async () => {
      const campaign = new Campaign(system, random.fork('peace'), { perSecond: PER_SECOND, target });
      campaign.start();
      await wait(PEACE_MS);
      await campaign.end();
      const { violations } = await campaign.verdict(RECOVERY_MS);
      expect(violations).toEqual([]);
      before = await holdings(system);
    },
    TEST_MS,
  );

  it.each([...groups])(
    'loses no job, invents none and runs none twice without a reason when $parts fail',
    async ({ parts, faults }) => {
      const campaign = new Campaign(system, random.fork(parts), { perSecond: PER_SECOND, target });
      campaign.start();
      try {
        await wait(BEFORE_THE_FIRST_MS);
        for (const fault of random.fork(parts).shuffled(faults.filter(isWanted)).slice(0, most)) {
          await campaign.strike(fault);
          await wait(BETWEEN_MS);
        }
      } finally {
        await campaign.end();
      }
      const { evidence, violations } = await campaign.verdict(RECOVERY_MS);
      ended.push({ campaign, jobs: evidence.jobs });
      if (violations.length > 0) process.stderr.write(`${await campaign.explain(violations)}\n`);
      expect(violations).toEqual([]);
    },
    TEST_MS,
  );

  it('has left every final job as it was', async () => {
    for (const { campaign, jobs } of ended) expect(finalStatesFrozen(jobs, await campaign.reader.all())).toEqual([]);
  }, 60_000);

  it('accounts for every job, and shows empty queues', async () => {
    const [audit, queue] = await Promise.all(
      ['/v1/audit', '/v1/queues/lab'].map((path) => system.suite.api('GET', path)),
    );
    const body = { unaccounted: 0, open: 0, outbox: 0, waiting: 0, running: 0, delayed: 0, scheduled: 0 };
    expect(audit).toMatchObject({ status: 200, body });
    expect(queue).toMatchObject({
      status: 200,
      body: { waiting: 0, active: 0, delayed: 0, scheduled: 0, paused: false },
    });
  }, 60_000);

  it('holds nothing for ever', async () => {
    expect(noLeaks(before, await holdings(system))).toEqual([]);
  }, 60_000);
}
