/** What the requests and jobs of one API key may at most; null is no limit. */
export interface KeyLimits {
  readonly requestsPerSecond: number | null;
  /** Jobs that came with the key and have not ended. */
  readonly maxOpenJobs: number | null;
  /** The highest priority that its jobs may have. */
  readonly maxPriority: number | null;
}

/** What all requests and jobs of one tenant may at most; null is no limit. */
export interface TenantLimits {
  readonly requestsPerSecond: number | null;
  readonly maxOpenJobs: number | null;
  /** Jobs that are with a worker, or about to be. */
  readonly maxRunningJobs: number | null;
}

/** A key without limits. */
export const UNLIMITED_KEY: KeyLimits = { requestsPerSecond: null, maxOpenJobs: null, maxPriority: null };

/** A tenant without limits. */
export const UNLIMITED_TENANT: TenantLimits = { requestsPerSecond: null, maxOpenJobs: null, maxRunningJobs: null };

/** Somebody whose requests are counted, and how many they may make in a second. */
export interface RateSubject {
  readonly subject: string;
  readonly perSecond: number;
}

/** Whose open jobs are counted. */
export type OpenJobsOf = { readonly apiKeyId: string } | { readonly tenant: string };
