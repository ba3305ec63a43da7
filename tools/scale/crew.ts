import { type Situation } from './decide.js';
import { type Workload } from './workload.js';

/** The processes of an app that somebody gives more of, or fewer. */
export interface Crew {
  readonly app: string;
  /** Undefined while there are processes of which none was heard of: nobody knows yet how much one does at once. */
  situation(workload: Workload, sinceChangeMs: number): Situation | undefined;
  /** Adds so many, or lets the one go that has the least to do. */
  change(by: number, workload: Workload): void;
}

/** What of a situation is the queue's own. */
export function situationOfQueue({ queue }: Workload): Omit<Situation, keyof SituationOfCrew> {
  return {
    ...{ waiting: queue.waiting - queue.waitingPaused, active: queue.active, paused: queue.paused },
    ...{ runMs: queue.processingTime.avg, oldestWaitingMs: queue.oldestWaitingMs ?? 0 },
    perSecond: queue.throughput,
  };
}

type SituationOfCrew = Pick<Situation, 'slots' | 'slotsEach' | 'processes' | 'leaving' | 'sinceChangeMs'>;
