import { type Job } from '#libs/contracts';
import { type Http } from '../http/http.js';
import { newIdempotencyKey } from '../http/new-idempotency-key.js';
import { type FollowingJob, type JobRequest } from '../job-request.js';
import { type KeyedCallOptions } from '../options.js';
import { portionsOf } from './portions.js';

/** A job as it was taken. */
export interface AcceptedJob extends Job {
  /** Opens the live updates of this job alone, for 15 minutes: made to be handed to a browser. */
  readonly watchToken: string;
  /** Only when something is to be known of the job although it was taken: nobody serves its queue now. */
  readonly notice?: { readonly code: 'no_consumer'; readonly message: string };
}

/** Jobs that were taken together. */
export interface AcceptedBatch {
  readonly batchId: string;
  /** In the order of the request. */
  readonly jobs: readonly { readonly id: string }[];
}

/** What a batch takes beside its jobs. */
export interface BatchOptions extends KeyedCallOptions {
  /** Jobs that are enqueued, once, when the last job of the batch has ended. */
  readonly then?: readonly FollowingJob[] | undefined;
}

/** Gives work out. What was given out is looked at by `leveret.jobs` and `leveret.batches`. */
export class Worker {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * Enqueues a job. When this resolves, the job is stored and will be run, whatever fails after. The call is sent again by itself
   * when it fails in passing, and makes one job all the same.
   * @throws InvalidRequestError when task or payload are not as they must be, naming the fields
   * @throws UnknownOutcomeError when nobody knows whether it was taken: enqueue it again with the error's `idempotencyKey`
   */
  enqueue(job: JobRequest, options: KeyedCallOptions = {}): Promise<AcceptedJob> {
    return this.#http.json({ method: 'POST', path: '/v1/jobs', json: job, ...keyed(options) });
  }

  /**
   * Enqueues up to 10,000 jobs in one call: all of them, or none.
   * @throws InvalidRequestError when one is not as it must be; paths begin with `jobs.<index>`
   */
  enqueueBatch(jobs: readonly JobRequest[], { then, ...options }: BatchOptions = {}): Promise<AcceptedBatch> {
    return this.#http.json({ method: 'POST', path: '/v1/jobs/batch', json: { jobs, then }, ...keyed(options) });
  }

  /**
   * Enqueues any number of jobs while they are being made, such as from a file or a database. They go out in batches of up to
   * 10,000, each of which is yielded as soon as it was taken; no more than one is held in memory. When it throws, the batches
   * that were yielded are taken, and nothing after the one that failed was sent.
   */
  async *enqueueStream(
    jobs: AsyncIterable<JobRequest> | Iterable<JobRequest>,
    { idempotencyKey, ...options }: KeyedCallOptions = {},
  ): AsyncGenerator<AcceptedBatch, void, undefined> {
    let number = 0;
    for await (const content of portionsOf(jobs)) {
      number += 1;
      const key = idempotencyKey === undefined ? undefined : `${idempotencyKey}-${number}`;
      const raw = { content, contentType: 'application/x-ndjson' };
      const call = keyed({ ...options, idempotencyKey: key });
      yield await this.#http.json<AcceptedBatch>({ method: 'POST', path: '/v1/jobs/batch', raw, ...call });
    }
  }
}

function keyed({ idempotencyKey, ...options }: KeyedCallOptions): {
  idempotencyKey: string;
  options: KeyedCallOptions;
} {
  return { idempotencyKey: idempotencyKey ?? newIdempotencyKey(), options };
}
