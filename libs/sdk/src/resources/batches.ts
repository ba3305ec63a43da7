import { type Duration, type JobStatus } from '#libs/contracts';
import { type Http } from '../http/http.js';
import { Listing, type PageQuery } from '../http/listing.js';
import { type CallOptions } from '../options.js';
import { Patience } from '../watch/patience.js';

/** How far jobs that came in one call have come. */
export interface Batch {
  readonly id: string;
  readonly tenant: string;
  /** The jobs that were entered with it. */
  readonly total: number;
  /** How many jobs there are in each status. */
  readonly counts: Readonly<Record<JobStatus, number>>;
  /** Of the jobs, how many have ended: 100 only when all have. */
  readonly percent: number;
  readonly createdAt: string;
  /** When its last job had ended for the first time. A later retry changes the counts alone. */
  readonly completedAt: string | null;
  /** None of its jobs starts until it is resumed. */
  readonly paused: boolean;
  readonly pausedAt: string | null;
}

/** A batch whose jobs were moved. */
export interface SteeredBatch extends Batch {
  /** The jobs that the call has moved. */
  readonly changed: number;
}

const LOOK_EVERY_MS = { from: 200, to: 5_000 };

/** Jobs that came in one call, watched and moved together. */
export class Batches {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /** Shows how far a batch has come. Its jobs: `leveret.jobs.list({ batchId })`. */
  get(id: string, options?: CallOptions): Promise<Batch> {
    return this.#http.json({ method: 'GET', path: pathOf(id), options });
  }

  /** Lists batches, newest first. */
  list(
    query: PageQuery & {
      /** True: those of which some jobs have never ended; false: the others. */
      readonly open?: boolean | undefined;
      /** With an admin key: the batches of this tenant. */
      readonly tenant?: string | undefined;
    } = {},
    options?: CallOptions,
  ): Listing<Batch> {
    return new Listing(this.#http, { method: 'GET', path: '/v1/batches', query: { ...query }, options });
  }

  /**
   * Waits until every job of a batch has ended, in whatever status.
   * @param timeout how long to wait; without it, as long as it takes
   * @throws WaitTimeoutError when the time is up first; the jobs go on
   */
  async wait(id: string, { timeout, signal }: { timeout?: Duration; signal?: AbortSignal } = {}): Promise<Batch> {
    const patience = new Patience(`batch ${id}`, timeout, signal);
    try {
      for (let waitMs = LOOK_EVERY_MS.from; ; waitMs = Math.min(waitMs * 1.5, LOOK_EVERY_MS.to)) {
        const batch = await patience.during((within) => this.get(id, { signal: within }));
        if (batch.percent === 100) return batch;
        await patience.pause(waitMs);
      }
    } finally {
      patience.end();
    }
  }

  /** Lets no job of a batch start, nor of what they spawn; what runs goes on. */
  pause(id: string, options?: CallOptions): Promise<Batch> {
    return this.#http.json({ method: 'POST', path: `${pathOf(id)}/pause`, options });
  }

  /** Lets the jobs of a paused batch go on. */
  resume(id: string, options?: CallOptions): Promise<Batch> {
    return this.#http.json({ method: 'POST', path: `${pathOf(id)}/resume`, options });
  }

  /** Cancels the jobs of a batch that have not ended; those that run are asked to stop. */
  cancel(id: string, options?: CallOptions): Promise<SteeredBatch> {
    return this.#http.json({ method: 'POST', path: `${pathOf(id)}/cancel`, options });
  }

  /** Runs the failed jobs of a batch again. */
  retry(id: string, options?: CallOptions): Promise<SteeredBatch> {
    return this.#http.json({ method: 'POST', path: `${pathOf(id)}/retry`, options });
  }
}

function pathOf(id: string): string {
  return `/v1/batches/${encodeURIComponent(id)}`;
}
