/** What a worker says of a failure; the ledger adds attempt and time. */
export interface Failure {
  /** Snake case, stable: users filter and group by it. */
  readonly code: string;
  readonly message: string;
}

/**
 * What came of one run. The worker publishes it and nothing else; the ledger decides what follows.
 * - `done`: the result is final;
 * - `retry`: failed, and may be tried again while attempts are left;
 * - `snooze`: runs again after `delayMs` and costs no attempt;
 * - `reject`: failed for good;
 * - `cancel`: ended because it was cancelled.
 */
export type Outcome =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'retry'; readonly failure: Failure }
  | { readonly kind: 'snooze'; readonly delayMs: number; readonly reason: string }
  | { readonly kind: 'reject'; readonly failure: Failure }
  | { readonly kind: 'cancel' };
