import { type FaultSuite } from './fault-suite.js';
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

/** One way to fail. */
export interface Fault {
  readonly kind: string;
  /**
   * Makes the fault and ends it again; resolves when its cause is gone.
   * @returns runs that were in hands that died: they may be executed once more, and charged
   */
  readonly strike: (scene: Scene) => Promise<number>;
}

/** A fault by which nothing dies that has a run in hand. */
export function sparing(act: (scene: Scene) => Promise<unknown>): Fault['strike'] {
  return costing(0, act);
}

/** A fault by which so many runs may die. */
export function costing(runs: number, act: (scene: Scene) => Promise<unknown>): Fault['strike'] {
  return async (scene) => {
    await act(scene);
    return runs;
  };
}
