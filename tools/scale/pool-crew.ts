import { type WorkerProcess } from '#libs/sdk';
import { type AppKeeper } from '../processes/app-keeper.js';
import { type AppPool } from './app-pool.js';
import { type Crew, situationOfQueue } from './crew.js';
import { type Situation } from './decide.js';
import { slotsOf, type Workload, workerOf } from './workload.js';

/** The processes of a pool. Those that others run for the same queue count as slots, and are left alone. */
export class PoolCrew implements Crew {
  constructor(private readonly pool: AppPool) {}

  get app(): string {
    return this.pool.app;
  }

  situation(workload: Workload, sinceChangeMs: number): Situation | undefined {
    const { workers } = workload;
    const staying = workersOf(this.pool.staying, workers);
    const retiring = workersOf(this.pool.retiring, workers);
    const slotsEach = (staying.find((worker) => worker !== undefined) ?? workers[0])?.concurrency;
    const isUnknown = slotsEach === undefined && staying.length > 0;
    if (isUnknown || !this.pool.mayGrow) return undefined;
    const unheard = staying.filter((worker) => worker === undefined).length;
    return {
      ...situationOfQueue(workload),
      slots: slotsOf(workers.filter((worker) => !retiring.includes(worker))) + unheard * (slotsEach ?? 0),
      ...{ slotsEach: slotsEach ?? 0, processes: staying.length, leaving: retiring.length, sinceChangeMs },
    };
  }

  change(by: number, workload: Workload): void {
    for (let more = by; more > 0; more -= 1) this.pool.grow();
    if (by < 0) this.pool.retire(leastBusy(this.pool.staying, workload.workers));
  }
}

function workersOf(
  keepers: readonly AppKeeper[],
  workers: readonly WorkerProcess[],
): readonly (WorkerProcess | undefined)[] {
  return keepers.map(({ pid }) => workerOf(pid, workers));
}

/** The process that has the least in hand; of several the one that was started last. */
function leastBusy(staying: readonly AppKeeper[], workers: readonly WorkerProcess[]): AppKeeper {
  const inHand = ({ pid }: AppKeeper): number => workerOf(pid, workers)?.runs.length ?? 0;
  return staying.reduce((chosen, next) => (inHand(next) <= inHand(chosen) ? next : chosen));
}
