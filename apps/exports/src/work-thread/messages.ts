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
  | { readonly type: 'bytes'; readonly place: number; readonly size: number }
  | ({ readonly type: 'progress' } & RowProgress)
  | { readonly type: 'done'; readonly rows: number }
  | ({ readonly type: 'failed' } & ThreadFailure);

export const PIECE_BYTES = 128 * 1_024;
/** How many pieces a thread may be ahead of the app; one more is on its way when the app has just asked for it. */
export const PIECES_AHEAD = 3;
export const PLACES = PIECES_AHEAD + 1;

/** What a thread is started with. */
export interface ThreadStart {
  readonly work: Work;
  /**
   * Where bytes are handed over, in {@link PLACES} places of {@link PIECE_BYTES}. Buffers of their own that change hands would be counted
   * for nothing by the collector of the app, and lie about by the dozen.
   */
  readonly places: SharedArrayBuffer;
}
