/** One thing that must not be, with the jobs that show it. */
export interface Violation {
  /** The number of the invariant, I1 to I13. */
  readonly invariant: string;
  readonly what: string;
  readonly jobs: readonly string[];
}

const SHOWN = 10;

/** A violation when there are jobs that show one. */
export function violation(invariant: string, what: string, jobs: readonly string[]): readonly Violation[] {
  const clipped = jobs.length > SHOWN ? [...jobs.slice(0, SHOWN), `and ${jobs.length - SHOWN} more`] : jobs;
  return jobs.length === 0 ? [] : [{ invariant, what, jobs: clipped }];
}
