import { type DatasetWork } from '../dataset-file/dataset-work.js';
import { type ReportWork } from '../report/report-work.js';

/** What a thread is asked to make. */
export type Work = ({ readonly kind: 'dataset' } & DatasetWork) | ({ readonly kind: 'report' } & ReportWork);

/** How far a thread has come. */
export interface RowProgress {
  readonly rows: number;
  /** What is expected in all; null when nobody knows. */
  readonly expected: number | null;
}

/** A failure as it crosses threads. */
export interface ThreadFailure {
  /** What follows: the same would fail again, another try may succeed, or it is a fault of ours. */
  readonly kind: 'refusal' | 'trouble' | 'fault';
  readonly code: string;
  readonly message: string;
}

/** From the app to a thread. */
export type ToThread = { readonly type: 'more' } | { readonly type: 'stop' };

/** From a thread to the app. */
export type FromThread =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | ({ readonly type: 'progress' } & RowProgress)
  | { readonly type: 'done'; readonly rows: number }
  | ({ readonly type: 'failed' } & ThreadFailure);

/** Pieces of this size that a thread may be ahead of the app. */
export const PIECES_AHEAD = 3;
export const PIECE_BYTES = 128 * 1_024;
