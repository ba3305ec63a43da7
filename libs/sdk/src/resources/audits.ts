import { type JobStatus } from '#libs/contracts';
import { type Http } from '../http/http.js';
import { type CallOptions } from '../options.js';

/** Where open jobs are. Each is counted once. */
export interface Whereabouts {
  /** Looks lost, and is sent again once that is proven. In peace this is 0. */
  readonly unaccounted: number;
  /** Waits in the ledger for the broker to take its message. */
  readonly outbox: number;
  /** Waits in the ledger for its tenant's turn, or for its concurrency key. */
  readonly held: number;
  /** Waits for its next attempt. */
  readonly delayed: number;
  /** Its message waits for a worker. */
  readonly waiting: number;
  /** Its message waits in a queue that is paused. */
  readonly paused: number;
  readonly running: number;
  /** Waits in the ledger for its time. */
  readonly scheduled: number;
}

/** Where every open job is. */
export interface Audit extends Whereabouts {
  /** The sum of the counts. */
  readonly open: number;
  readonly queues: readonly ({ readonly queue: string } & Whereabouts)[];
  /** Jobs of which there has been no news for a while. */
  readonly suspects: number;
  /** Whether lost jobs are looked for, and why not. */
  readonly reconciler: { readonly working: boolean; readonly since: string; readonly reason: string | null };
  /** What shows whether the broker still has its data. */
  readonly sentinel: {
    readonly since: string | null;
    readonly checkedAt: string | null;
    readonly wipedAt: string | null;
  };
}

/** Where one job is, and who has it. */
export interface JobWhereabouts {
  readonly jobId: string;
  readonly task: string;
  readonly queue: string;
  readonly status: JobStatus;
  readonly run: number;
  readonly place: keyof Whereabouts | 'ended';
  /** What that means, and what happens next. */
  readonly detail: string;
  readonly dueAt: string | null;
  readonly suspectedAt: string | null;
  readonly parkedReason: string | null;
  /** The worker that has it, or had it last. */
  readonly holder: {
    readonly workerId: string;
    readonly heardAt: string | null;
    readonly alive: boolean;
    /** Its latest heartbeat names the newest run. */
    readonly named: boolean;
  } | null;
}

/** Accounts for open jobs. They need an admin key. */
export class Audits {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /** Counts where every open job is. */
  get(options?: CallOptions): Promise<Audit> {
    return this.#http.json({ method: 'GET', path: '/v1/audit', options });
  }

  /** Tells where one job is. @throws NotFoundError */
  locate(jobId: string, options?: CallOptions): Promise<JobWhereabouts> {
    return this.#http.json({ method: 'GET', path: '/v1/audit', query: { jobId }, options });
  }
}
