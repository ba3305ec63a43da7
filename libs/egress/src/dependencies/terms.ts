/** When a dependency is taken for down, and for how long nothing is tried then. */
export interface BreakerTerms {
  /** Of the latest 20 calls more than this part has to fail; between 0 and 1. @default 0.5 */
  readonly failureShare: number;
  /** And so many calls have to have been made. @default 5 */
  readonly leastCalls: number;
  /** How long it stays open the first time; twice as long each time that it does not help. @default 5_000 */
  readonly openMs: number;
  /** @default 120_000 */
  readonly longestOpenMs: number;
}

/** What a dependency, which is a connection or a host, may be asked to bear by all processes of an app together. */
export interface DependencyTerms {
  /** Calls at once; null: as many as there are jobs. @default null */
  readonly concurrency: number | null;
  /** Calls begun in a second; null: no limit. @default null */
  readonly perSecond: number | null;
  readonly breaker: BreakerTerms;
}

/** The terms of a dependency of which nobody has said anything. */
export const DEPENDENCY_TERMS: DependencyTerms = {
  concurrency: null,
  perSecond: null,
  breaker: { failureShare: 0.5, leastCalls: 5, openMs: 5_000, longestOpenMs: 120_000 },
};
