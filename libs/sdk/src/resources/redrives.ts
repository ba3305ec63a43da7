import { type Http } from '../http/http.js';
import { Listing, type PageQuery } from '../http/listing.js';
import { type CallOptions } from '../options.js';

/** A redrive that goes on, or went on, in the background. */
export interface Redrive {
  readonly id: string;
  /** `canary`: a few jobs go first, and the others wait for what comes of them. */
  readonly state: 'canary' | 'running' | 'stopped' | 'done';
  /** Which dead letters it was begun for. */
  readonly selection: {
    readonly ids?: readonly string[];
    readonly jobIds?: readonly string[];
    readonly queue?: string;
    readonly task?: string;
    readonly errorCode?: string;
    readonly tenant?: string;
  };
  /** How many go first. */
  readonly canary: number;
  /** Jobs per second after that. */
  readonly rate: number;
  /** Letters that it was begun for. */
  readonly total: number;
  /** Sent out again, whatever has become of them. */
  readonly redriven: number;
  /** Could not be sent out again. */
  readonly refused: number;
  readonly completed: number;
  readonly failed: number;
  /** Why it has stopped before its end. */
  readonly stopReason: string | null;
  readonly createdAt: string;
  readonly endedAt: string | null;
}

/** Redrives of many dead letters. They are begun by `deadLetters.redrive`, and need an admin key. */
export class Redrives {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /** Lists redrives, newest first. */
  list(query: PageQuery = {}, options?: CallOptions): Listing<Redrive> {
    return new Listing(this.#http, { method: 'GET', path: PATH, query: { ...query }, options });
  }

  /** Shows how far a redrive has come. @throws NotFoundError */
  get(id: string, options?: CallOptions): Promise<Redrive> {
    return this.#http.json({ method: 'GET', path: pathOf(id), options });
  }

  /** Stops a redrive; jobs that it has sent out stay out. @throws ConflictError when it has ended */
  stop(id: string, options?: CallOptions): Promise<Redrive> {
    return this.#http.json({ method: 'POST', path: `${pathOf(id)}/stop`, options });
  }
}

const PATH = '/v1/dead-letters/redrives';

function pathOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}
