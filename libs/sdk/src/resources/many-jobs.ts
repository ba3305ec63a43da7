import { type Job } from '#libs/contracts';

/** What can be done with all jobs that fit a filter. */
export type Steering = 'retry' | 'cancel' | 'delete' | 'change';

/** The jobs of a filter that something can be done with. */
export interface SteeringPreview {
  readonly count: number;
  /** When that was so. As `seenAt` it leaves out jobs that have come or ended later. */
  readonly at: string;
  /** The first few. */
  readonly jobs: readonly Job[];
}

/** How far all jobs of a filter were moved. */
export interface SteeredJobs {
  readonly changed: number;
  /** Those that had changed meanwhile, or have to stay as they are. */
  readonly unchanged: number;
  /** There are more: the same call with it goes on. Null at the end. */
  readonly nextCursor: string | null;
}

/** What a call says of the jobs that it moves. */
export interface SteeringTerms {
  /** How many you have seen to fit, less those that calls before have looked at. When more do, nothing is done. */
  readonly expected: number;
  /** The `at` of the preview: what has come or ended since then is left alone. */
  readonly seenAt?: Date | string | undefined;
  /** The `nextCursor` of the call before. */
  readonly cursor?: string | undefined;
}
