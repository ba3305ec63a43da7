import { Worker } from 'node:worker_threads';
import { PIECE_BYTES, PLACES, type RowProgress, type ThreadStart, type Work } from './messages.js';
import { ThreadContent } from './thread-content.js';

/** Memory that a thread may take for objects, in MiB; bytes on their way come on top. */
const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 } as const;

/** What is watched of work while its bytes are read. */
export interface Watch {
  /** Ends the work, in the database too. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RowProgress) => void;
}

/** Makes files in threads of their own: neither rendering nor compressing keeps the app from its heartbeats. */
export class WorkThreads {
  /** @param entry the thread's program */
  constructor(private readonly entry = new URL('./thread-main.js', import.meta.url)) {}

  /** Starts a thread; it ends when its content has been read to the end or is destroyed, or when the signal aborts. */
  start(work: Work, { signal, onProgress }: Watch): ThreadContent {
    signal.throwIfAborted();
    const workerData: ThreadStart = { work, places: new SharedArrayBuffer(PLACES * PIECE_BYTES) };
    const worker = new Worker(this.entry, { workerData, resourceLimits: LIMITS });
    const content = new ThreadContent(worker, workerData.places, onProgress);
    const onAbort = (): void => {
      content.destroy(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    content.once('close', () => signal.removeEventListener('abort', onAbort));
    return content;
  }
}
