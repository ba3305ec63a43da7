import { type KeyLimits } from '../ledger/limits.js';

/** Where a request for a job comes from. */
export interface JobOrigin {
  readonly tenant: string;
  /** @default a new UUIDv7 */
  readonly id?: string;
  /** @default none */
  readonly batchId?: string;
  /** The job that it follows, or that has spawned it. @default none */
  readonly parentId?: string;
  /** The batch whose end it follows. @default none */
  readonly followsBatch?: string;
  readonly traceparent: string | null;
  /**
   * Whether the request lay in the ledger since it was accepted, as those of schedules, triggers and follow-ups do. An address
   * that was closed meanwhile is no reason to leave their work undone: the webhook fails alone. @default false
   */
  readonly stored?: boolean;
  /** The key that the request came with. @default none, and no limit */
  readonly key?: { readonly id: string; readonly limits: KeyLimits };
}
