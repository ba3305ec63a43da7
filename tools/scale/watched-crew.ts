import { type Crew, situationOfQueue } from './crew.js';
import { type Situation } from './decide.js';
import { slotsOf, type Workload } from './workload.js';

/** For a dry run: the processes that others have started, as if they were ours to change. */
export class WatchedCrew implements Crew {
  constructor(readonly app: string) {}

  situation(workload: Workload, sinceChangeMs: number): Situation | undefined {
    const { workers } = workload;
    const [first] = workers;
    if (first === undefined) return undefined;
    return {
      ...situationOfQueue(workload),
      ...{
        slots: slotsOf(workers),
        slotsEach: first.concurrency,
        processes: workers.length,
        leaving: 0,
        sinceChangeMs,
      },
    };
  }

  change(): void {
    // It is told, and that is all.
  }
}
