import { type CallOptions } from '../options.js';
import { type Call } from './call.js';
import { type Http } from './http.js';

/** One part of a list. */
export interface Page<T> {
  readonly data: readonly T[];
  /** Given back as `cursor`, it leads to the next part; null at the end. */
  readonly nextCursor: string | null;
}

/** Which part of a list is asked for. */
export interface PageQuery {
  /** How many there are in one part, 1 to 200. @default 50 */
  readonly limit?: number | undefined;
  /** The `nextCursor` of an earlier part. @default the beginning */
  readonly cursor?: string | undefined;
}

/**
 * A list that is read as far as it is looked at. `for await (const job of list)` goes through all of it, part by part;
 * nothing is asked for before.
 */
export class Listing<T> implements AsyncIterable<T> {
  readonly #http: Http;
  readonly #call: Call;

  /** @internal */
  constructor(http: Http, call: Call) {
    this.#http = http;
    this.#call = call;
  }

  /** The part that the query asks for alone; its `nextCursor` leads on. */
  page(options?: CallOptions): Promise<Page<T>> {
    return this.#read(this.#call, options);
  }

  /** The parts, one after the other. */
  async *pages(options?: CallOptions): AsyncGenerator<Page<T>, void, undefined> {
    let call = this.#call;
    for (;;) {
      const page = await this.#read(call, options);
      yield page;
      if (page.nextCursor === null) return;
      call = { ...call, query: { ...call.query, cursor: page.nextCursor } };
    }
  }

  /** What is in the list, one after the other. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const { data } of this.pages()) yield* data;
  }

  #read(call: Call, options: CallOptions | undefined): Promise<Page<T>> {
    return this.#http.json({ ...call, options: { ...call.options, ...options } });
  }
}
