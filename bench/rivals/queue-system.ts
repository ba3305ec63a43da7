import { type Processes } from '../costs.js';

/** What a job carries through any of the systems. */
export interface BenchPayload {
  readonly ballast: string;
  /** When the call that enters it was due, in milliseconds since 1970; there, the job's times are taken. */
  readonly due?: number;
}

/** How long after their calls were due jobs were where, in milliseconds. */
export interface Lateness {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** A way to enter many jobs; resolves when the last one is accepted. */
export type Way = (payloads: readonly BenchPayload[]) => Promise<void>;

/** A queue with one process that works on it: what a user may pick. */
export interface QueueSystem {
  readonly name: string;
  /** All that takes part, the caller too. */
  readonly processes: Processes;
  readonly ways: Readonly<Record<string, Way>>;
  /** Enters one job. */
  add(payload: BenchPayload): Promise<void>;
  /** Resolves when so many jobs that were entered while it rested wait for their worker, with nothing left to do before. */
  allThere(count: number): Promise<void>;
  /** Whether jobs that wait are run; at first they are not. */
  work(on: boolean): Promise<void>;
  /** Counts jobs that reach a final status from now on; what is returned waits for so many. */
  expect(count: number): Promise<() => Promise<Lateness>>;
  stop(): Promise<void>;
}

/** The time of day by a clock that is the same in every process, with fractions. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

/** Lets a system work for as long as it is measured: one that looks for jobs meanwhile costs those that are measured after it. */
export async function atWork<T>(system: QueueSystem, measure: () => Promise<T>): Promise<T> {
  await system.work(true);
  try {
    // Its worker has heard of it when it has done a job.
    const ended = await system.expect(1);
    await system.add({ ballast: '' });
    await ended();
    return await measure();
  } finally {
    await system.work(false);
  }
}
