import { type Attempt, type Duration, isFinal, type Job, type JobStatus } from '#libs/contracts';
import { type Call } from '../http/call.js';
import { type Http } from '../http/http.js';
import { Listing, type PageQuery } from '../http/listing.js';
import { type JobOptions, type Priority } from '../job-request.js';
import { type CallOptions } from '../options.js';
import { resultOf } from '../watch/job-result.js';
import { type JobUpdate, type LogLine } from '../watch/job-update.js';
import { type Explanation } from './explanation.js';
import { type Flow } from './flow.js';
import { type SteeredJobs, type Steering, type SteeringPreview, type SteeringTerms } from './many-jobs.js';
import { JobWatch, type WaitOptions, type WatchOptions } from '../watch/watch-job.js';

/** Which jobs are listed: those that fit all that is given. */
export interface JobFilter extends PageQuery {
  /** One, or any of several. */
  readonly status?: JobStatus | readonly JobStatus[] | undefined;
  /** A full task name. */
  readonly task?: string | undefined;
  /** A full task name: jobs of every other task. */
  readonly exceptTask?: string | undefined;
  readonly queue?: string | undefined;
  readonly batchId?: string | undefined;
  /** The code of the latest error. */
  readonly errorCode?: string | undefined;
  /** What the metadata has under these keys. */
  readonly metadata?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly createdAfter?: Date | string | undefined;
  readonly createdBefore?: Date | string | undefined;
  /** With an admin key: the jobs of this tenant. */
  readonly tenant?: string | undefined;
}

/** A job with the options that its request gave it, as they were given; those that it did not give are missing. */
export interface JobWithOptions extends Job {
  readonly options: Pick<
    JobOptions,
    'maxAttempts' | 'backoff' | 'timeout' | 'expiresIn' | 'uniqueFor' | 'concurrencyKey' | 'notify' | 'callbackUrl'
  >;
}

/** What can be changed of a job that still waits. */
export interface WaitingJobChange {
  readonly priority?: Priority;
  /** How long it waits from now on. */
  readonly delay?: Duration;
  /** When it may start at the earliest, instead of `delay`. */
  readonly runAt?: Date | string;
}

/** The trace of a job. */
export interface JobTrace {
  /** Null: the job came without one. */
  readonly traceId: string | null;
  /** Null when the gateway does not know where traces are looked at. */
  readonly url: string | null;
}

/** Jobs that were enqueued: looked at, watched, moved. `leveret.worker` enqueues them. */
export class Jobs {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /** Shows a job. The download links in its result are fresh. @throws NotFoundError */
  get(id: string, options?: CallOptions): Promise<JobWithOptions> {
    return this.#http.json(this.#call('GET', id, '', { options }));
  }

  /** Lists jobs, newest first. */
  list(filter: JobFilter = {}, options?: CallOptions): Listing<Job> {
    return new Listing(this.#http, { method: 'GET', path: '/v1/jobs', query: queryOf(filter), options });
  }

  /** Tells of how many jobs of a filter something can be done with, and shows the first few. */
  preview(steering: Steering, filter: JobFilter, options?: CallOptions): Promise<SteeringPreview> {
    const query = { ...queryOf(filter), steering };
    return this.#http.json({ method: 'GET', path: '/v1/jobs/preview', query, options });
  }

  /**
   * Retries, cancels or deletes jobs of a filter, as many as some seconds allow: its `nextCursor` leads to the others.
   * @throws ConflictError when more fit than you have seen
   */
  steerSome(
    steering: Exclude<Steering, 'change'>,
    filter: JobFilter,
    terms: SteeringTerms,
    options?: CallOptions,
  ): Promise<SteeredJobs> {
    const query = { ...queryOf(filter), ...terms };
    const call = steering === 'delete' ? DELETE_ALL : { method: 'POST' as const, path: `/v1/jobs/${steering}` };
    return this.#http.json({ ...call, query, options });
  }

  /**
   * Changes the priority or the time of jobs of a filter that wait, as many as some seconds allow: its `nextCursor` leads to the
   * others. @throws ConflictError when more fit than you have seen
   */
  updateSome(
    change: WaitingJobChange,
    filter: JobFilter,
    terms: SteeringTerms,
    options?: CallOptions,
  ): Promise<SteeredJobs> {
    const query = { ...queryOf(filter), ...terms };
    return this.#http.json({ method: 'PATCH', path: '/v1/jobs', query, json: change, options });
  }

  /** Shows every run of a job, oldest first; also those that cost no attempt. */
  attempts(id: string, options?: CallOptions): Promise<Attempt[]> {
    return this.#http.json(this.#call('GET', id, '/attempts', { options }));
  }

  /** Lists the lines that a job's handler wrote, oldest first. */
  logs(id: string, query: PageQuery = {}, options?: CallOptions): Listing<LogLine> {
    return new Listing(this.#http, this.#call('GET', id, '/logs', { query: { ...query }, options }));
  }

  /** Shows the tree of jobs that a job belongs to; the same whichever of its jobs is asked for. */
  flow(id: string, options?: CallOptions): Promise<Flow> {
    return this.#http.json(this.#call('GET', id, '/flow', { options }));
  }

  /** Tells, in words and data, why a job has not run yet, and when it likely will. */
  explain(id: string, options?: CallOptions): Promise<Explanation> {
    return this.#http.json(this.#call('GET', id, '/explain', { options }));
  }

  /** Says which trace a job belongs to, and where to look at it. */
  trace(id: string, options?: CallOptions): Promise<JobTrace> {
    return this.#http.json(this.#call('GET', id, '/trace', { options }));
  }

  /** Changes the priority or the time of a job that still waits. @throws ConflictError when it waits no more */
  update(id: string, change: WaitingJobChange, options?: CallOptions): Promise<Job> {
    return this.#http.json(this.#call('PATCH', id, '', { json: change, repeatable: true, options }));
  }

  /**
   * Cancels a job. One that waits is `cancelled` at once; one that runs is asked to stop, which the answer shows as
   * `cancelRequestedAt`. @throws ConflictError when it has ended
   */
  cancel(id: string, options?: CallOptions): Promise<Job> {
    return this.#http.json(this.#call('POST', id, '/cancel', { options }));
  }

  /** Runs a job again that is `failed` or `cancelled`. @throws ConflictError when it is neither */
  retry(id: string, options?: CallOptions): Promise<Job> {
    return this.#http.json(this.#call('POST', id, '/retry', { options }));
  }

  /** Removes a job that has ended, and its files. @throws ConflictError when it has not */
  delete(id: string, options?: CallOptions): Promise<void> {
    return this.#http.nothing(this.#call('DELETE', id, '', { options }));
  }

  /**
   * Watches a job: what it is now, then each change, up to a final status. A connection that breaks is made anew without a gap;
   * where no stream comes through, the job is looked at every other moment instead. Leaving the loop closes the connection.
   * @throws WaitTimeoutError when the time is up first; the job goes on
   */
  watch(id: string, options: WatchOptions = {}): AsyncGenerator<JobUpdate, void, undefined> {
    return new JobWatch(this.#http, id, options).updates();
  }

  /**
   * Waits for a job to end and gives its result, with fresh download links.
   * @throws JobFailedError, JobCancelledError when it ended in another way
   * @throws WaitTimeoutError when the time is up first; the job goes on
   */
  async result<Result = unknown>(id: string, options: WaitOptions = {}): Promise<Result> {
    for await (const update of this.watch(id, options)) {
      if (update.type === 'status' && isFinal(update.status)) return resultOf(update) as Result;
    }
    throw new Error(`Expected the updates of job ${id} to end with a final status.`);
  }

  /** Gives a token that opens the live updates of a job alone, for 15 minutes: made to be handed to a browser. */
  async watchToken(id: string, options?: CallOptions): Promise<string> {
    const call = this.#call('POST', id, '/watch-token', { repeatable: true, options });
    return (await this.#http.json<{ readonly watchToken: string }>(call)).watchToken;
  }

  #call(method: Call['method'], id: string, below: string, rest: Partial<Call>): Call {
    return { method, path: `/v1/jobs/${encodeURIComponent(id)}${below}`, ...rest };
  }
}

const DELETE_ALL = { method: 'DELETE', path: '/v1/jobs' } as const;

function queryOf({
  metadata = {},
  status,
  ...filter
}: JobFilter): Readonly<Record<string, string | number | Date | undefined>> {
  const inMetadata = Object.entries(metadata).map(([key, value]) => [`metadata.${key}`, String(value)]);
  const statuses = status && { status: [status].flat().join(',') };
  return { ...filter, ...statuses, ...(Object.fromEntries(inMetadata) as Record<string, string>) };
}
