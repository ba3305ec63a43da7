import { describe, expect, it } from '@jest/globals';
import { AppPool } from './app-pool.js';
import { situationOfQueue } from './crew.js';
import { decideScale } from './decide.js';
import { PoolCrew } from './pool-crew.js';
import { type Workload } from './workload.js';

const QUEUE = {
  ...{ waiting: 5, waitingPaused: 0, active: 0, paused: false, oldestWaitingMs: 100, throughput: 0 },
  processingTime: { avg: null },
} as unknown as Workload['queue'];
const RULES = { least: 1, most: 4, targetMs: 20_000, coolDownMs: 30_000 };

describe('a pool that has lost all of its processes', () => {
  it('starts as many as there are always, though nobody can say what one does at once', () => {
    const pool = new AppPool('media', {
      make: () => {
        throw new Error('Nothing is started here.');
      },
      ...{ isLeft: () => false, onChange: () => undefined, onGiveUp: () => undefined },
    });
    const situation = new PoolCrew(pool).situation({ queue: QUEUE, workers: [] }, 0);
    expect(situation && decideScale(situation, RULES)).toMatchObject({ change: 1 });
  });
});

describe('the situation of a queue', () => {
  it('leaves out jobs that wait for the end of a pause of their batch: no worker is needed for them', () => {
    expect(situationOfQueue({ queue: { ...QUEUE, waitingPaused: 4 }, workers: [] })).toMatchObject({ waiting: 1 });
  });
});
