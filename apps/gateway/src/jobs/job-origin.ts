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
  /** The key that the request came with. @default none, and no limit */
  readonly key?: { readonly id: string; readonly limits: KeyLimits };
}
