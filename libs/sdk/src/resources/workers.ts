import { type Http } from '../http/http.js';
import { Listing, type PageQuery } from '../http/listing.js';
import { type CallOptions } from '../options.js';

/** One start of one process of a consumer app. */
export interface WorkerProcess {
  readonly id: string;
  readonly domain: string;
  readonly queue: string;
  readonly appVersion: string;
  /** Jobs at once. */
  readonly concurrency: number;
  readonly startedAt: string;
  readonly heardAt: string;
  /** False when it has been silent for so long that its runs are given up for lost when their messages come back. */
  readonly alive: boolean;
  /** What it has in hand. */
  readonly runs: readonly { readonly jobId: string; readonly run: number }[];
  /** Bytes of the process itself: resident, and what bounds it, if anything does. Null of an app that does not tell. */
  readonly memory: { readonly rss: number; readonly limit: number | null } | null;
}

/** The processes that run jobs. They need an admin key. */
export class Workers {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /** Lists the workers that were heard of within a day and have not ended well, by name. */
  list(
    query: PageQuery & {
      /** True: those alone that are alive. False: the others alone, the one first that was heard of last. */
      readonly alive?: boolean | undefined;
    } = {},
    options?: CallOptions,
  ): Listing<WorkerProcess> {
    return new Listing(this.#http, { method: 'GET', path: '/v1/workers', query: { ...query }, options });
  }
}
