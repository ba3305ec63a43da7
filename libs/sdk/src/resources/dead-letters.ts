import { type Attempt, type JobError } from '#libs/contracts';
import { type Http } from '../http/http.js';
import { Listing, type Page, type PageQuery } from '../http/listing.js';
import { type CallOptions } from '../options.js';

/** What lies among the dead letters: a job that has failed for good, or a message that could not be read. */
export interface DeadLetter {
  readonly id: string;
  /** Null: the message is no job's. */
  readonly jobId: string | null;
  readonly tenant: string;
  readonly queue: string;
  readonly task: string | null;
  readonly error: JobError;
  /** Such as `permanent_error`, `attempts_spent`, `unreadable`. */
  readonly reason: string;
  readonly payload: unknown;
  /** What came with a message that is no job's; null of a job's letter. */
  readonly message: Readonly<Record<string, unknown>> | null;
  readonly workerId: string | null;
  readonly deadAt: string;
}

/** A dead letter with every run of its job. */
export interface DeadLetterWithAttempts extends DeadLetter {
  readonly attempts: readonly Attempt[];
}

/** Which dead letters are listed. */
export interface DeadLetterFilter extends PageQuery {
  readonly queue?: string | undefined;
  readonly task?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly tenant?: string | undefined;
  readonly jobId?: string | undefined;
}

/** Dead letters of one queue, task and error code. */
export interface DeadLetterGroup {
  readonly queue: string;
  readonly task: string | null;
  readonly errorCode: string;
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

/** Which dead letters are meant: those of jobs that are named, named ones, or all that fit a description. */
export type DeadLetterSelection =
  | { readonly jobIds: readonly string[] }
  | { readonly ids: readonly string[] }
  | { readonly queue?: string; readonly task?: string; readonly errorCode?: string };

/** How carefully jobs are redriven. */
export interface RedrivePace {
  /** How many go first; the others follow when these have ended. */
  readonly canary?: number | boolean;
  /** Jobs per second after that. @default 10 */
  readonly rate?: number;
}

/** What came of a redrive: at once of letters that were named; of others it goes on in the background under an `id`. */
export interface Redriven {
  /** Jobs that were queued again so far. */
  readonly redriven: number;
  /** Names a redrive that goes on in the background. */
  readonly id?: string;
  /** Where a redrive in the background stands: `running`, … */
  readonly state?: string;
}

/** What came of a purge. */
export interface Purged {
  readonly purged: number;
  /** False: there are more; repeat the call. */
  readonly complete: boolean;
}

/** Dead letters. They need an admin key. */
export class DeadLetters {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /** Lists dead letters, newest first. */
  list(filter: DeadLetterFilter = {}, options?: CallOptions): Listing<DeadLetter> {
    return new Listing(this.#http, { method: 'GET', path: PATH, query: { ...filter }, options });
  }

  /** Counts dead letters by queue, task and error code, the most first. */
  async groups(
    filter: Omit<DeadLetterFilter, keyof PageQuery | 'jobId'> = {},
    options?: CallOptions,
  ): Promise<readonly DeadLetterGroup[]> {
    const call = { method: 'GET', path: `${PATH}/groups`, query: { ...filter }, options } as const;
    return (await this.#http.json<Page<DeadLetterGroup>>(call)).data;
  }

  /** Shows a dead letter with every run of its job. @throws NotFoundError */
  get(id: string, options?: CallOptions): Promise<DeadLetterWithAttempts> {
    return this.#http.json({ method: 'GET', path: `${PATH}/${encodeURIComponent(id)}`, options });
  }

  /** Runs dead jobs again. Attempts go on counting. @throws ConflictError when none of those named can be */
  redrive(selection: DeadLetterSelection & RedrivePace, options?: CallOptions): Promise<Redriven> {
    return this.#http.json({ method: 'POST', path: `${PATH}/redrive`, json: selection, options });
  }

  /** Throws dead letters away. Their jobs stay `failed`. */
  purge(selection: DeadLetterSelection, options?: CallOptions): Promise<Purged> {
    return this.#http.json({ method: 'DELETE', path: PATH, json: selection, options });
  }
}

const PATH = '/v1/dead-letters';
