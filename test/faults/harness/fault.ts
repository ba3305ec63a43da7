import { CONCURRENCY, type FaultSuite } from './fault-suite.js';
import { type History } from './history.js';
import { type JobPublisher } from './job-publisher.js';
import { type SeededRandom } from './random.js';

/** What a fault works on. */
export interface Scene {
  readonly system: FaultSuite;
  readonly history: History;
  readonly random: SeededRandom;
  readonly publisher: JobPublisher;
  /** Where jobs of a fault's own leave a trace. */
  readonly witness: string;
}

/** What a fault may have cost. */
export interface Toll {
  /** Runs that were in the hands of a process that died: each may be executed once more, and be charged. */
  readonly charged: number;
  /** Runs of living workers that the ledger had not heard of: each may be executed once more, uncharged. */
  readonly uncharged: number;
}

/** One way to fail. */
export interface Fault {
  readonly kind: string;
  /** Makes the fault and ends it again; resolves with what it may have cost when its cause is gone. */
  readonly strike: (scene: Scene) => Promise<Toll>;
}

/** A fault that costs no run anything. */
export function sparing(act: (scene: Scene) => Promise<unknown>): Fault['strike'] {
  return charging(0, act);
}

/** A fault by which so many runs may die. */
export function charging(runs: number, act: (scene: Scene) => Promise<unknown>): Fault['strike'] {
  return async (scene) => {
    await act(scene);
    return { charged: runs, uncharged: 0 };
  };
}

/**
 * A fault that takes all workers' connections: what they were about to report is delivered again, and when the ledger
 * hears of that before it hears that the run had begun, it sends the job again.
 */
export function disconnecting(act: (scene: Scene) => Promise<unknown>): Fault['strike'] {
  return async (scene) => {
    await act(scene);
    return { charged: 0, uncharged: CONCURRENCY * scene.system.workers.length };
  };
}
