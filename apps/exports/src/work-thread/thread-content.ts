import { Readable } from 'node:stream';
import { type Worker } from 'node:worker_threads';
import { PermanentError, TemporaryError } from '#libs/consumer';
import { type FromThread, PIECE_BYTES, type RowProgress, type ThreadFailure, type ToThread } from './messages.js';

/** A thread that is told to stop ends its query first. */
const STOPPING_MS = 3_000;
const BUFFERED_BYTES = 256 * 1_024;
const OUT_OF_MEMORY = 'ERR_WORKER_OUT_OF_MEMORY';

/**
 * The bytes of a file that a thread makes, as far as somebody reads them. Fails with the error that the job ends with.
 * It is closed when the thread has ended; to destroy it ends the thread, and its query in the database.
 */
export class ThreadContent extends Readable {
  /** How many rows are in the file; known at its end. */
  rows = 0;
  readonly #exited: Promise<void>;
  #running = true;
  /** The thread has said how its work ended. */
  #told = false;

  constructor(
    private readonly worker: Worker,
    private readonly places: SharedArrayBuffer,
    private readonly onProgress: (progress: RowProgress) => void,
  ) {
    super({ highWaterMark: BUFFERED_BYTES });
    this.#exited = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#running = false;
        this.#onExit();
        resolve();
      });
    });
    worker.on('message', (message: FromThread) => this.#take(message));
    worker.once('error', (error) => this.destroy(crashOf(error)));
  }

  override _read(): void {
    this.#say({ type: 'more' });
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    void this.#end().then(() => callback(error));
  }

  #take(message: FromThread): void {
    switch (message.type) {
      case 'bytes':
        // A copy: the place is written to again.
        this.push(Buffer.from(new Uint8Array(this.places, message.place * PIECE_BYTES, message.size)));
        return;
      case 'progress':
        this.onProgress(message);
        return;
      case 'done':
        this.rows = message.rows;
        this.#told = true;
        this.push(null);
        return;
      case 'failed':
        this.#told = true;
        this.destroy(errorOf(message));
    }
  }

  #onExit(): void {
    if (!this.#told) this.destroy(new Error('The thread ended before its file was whole.'));
  }

  async #end(): Promise<void> {
    if (!this.#running) return;
    this.#say({ type: 'stop' });
    const timer = setTimeout(() => void this.worker.terminate(), STOPPING_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  #say(message: ToThread): void {
    this.worker.postMessage(message);
  }
}

function errorOf({ kind, code, message }: ThreadFailure): Error {
  switch (kind) {
    case 'refusal':
      return new PermanentError(code, message);
    case 'trouble':
      return new TemporaryError(code, message);
    case 'fault':
      return new Error(message);
  }
}

function crashOf(error: unknown): Error {
  const code = (error as { readonly code?: unknown }).code;
  if (code !== OUT_OF_MEMORY) return error instanceof Error ? error : new Error(String(error));
  return new PermanentError('out_of_memory', 'The file needs more memory than one job may take.', { cause: error });
}
