import { createHash } from 'node:crypto';
import { type JobContext, PermanentError } from '#libs/consumer';
import { exactJson, textOfJson } from '#libs/datasets';
import { type WholeAnswer } from '#libs/egress';
import { addressWithin } from '../../connections/address-within.js';
import { type Connection } from '../../connections/connection.js';
import { type ConnectionCalls } from '../../connections/connection-calls.js';
import { type Resource } from '../../connections/resource.js';
import { answerError } from '../../outgoing/answer-error.js';
import { linkToNext } from './link-header.js';
import { type ReadPage, isNewer, type SyncState } from './sync-state.js';
import { valueAt } from './value-at.js';

const MOST_REDIRECTS = 3;

/** A page of rows. */
export interface Page extends Omit<ReadPage, 'deleted'> {
  readonly rows: readonly unknown[];
}

/** Reads the pages of a resource. */
export class Pages {
  constructor(
    private readonly calls: ConnectionCalls,
    private readonly connection: Connection,
    private readonly resource: Resource,
  ) {}

  /**
   * Reads the page that a state leads to.
   * @throws PermanentError `unexpected_answer` when there are no rows where they should be, `outside_connection`, and as `answerError`
   * @throws TemporaryError and RetryAfter as `answerError` and `ConnectionCalls.exchange`
   */
  async read(state: SyncState, job: JobContext): Promise<Page> {
    const { signal, traceparent } = job;
    const url = this.#addressOf(state);
    const headers = { accept: 'application/json', ...(traceparent === null ? {} : { traceparent }) };
    const call = { method: 'GET', url: url.href, headers, signal, job, redirects: MOST_REDIRECTS };
    const answer = await this.calls.exchange(this.connection, call);
    if (answer.status < 200 || answer.status > 299) throw answerError(answer, this.connection);
    const content = contentOf(answer);
    const rows = valueAt(content, this.resource.rows);
    if (!Array.isArray(rows)) {
      const place = this.resource.rows.join('.');
      throw unexpected(`has no list ${place === '' ? 'of rows' : `at ${place}`}`);
    }
    const next = this.#nextOf(rows, content, { state, answer, url });
    return { rows, next, leadsTo: this.#isNumbered ? contentHash(answer) : next, newest: this.#newestOf(rows) };
  }

  #addressOf({ next, since }: SyncState): URL {
    const { path, query, pagination, since: newer } = this.resource;
    if (pagination.type === 'link' && next !== null) return addressWithin(this.connection, 'GET', next);
    const url = addressWithin(this.connection, 'GET', path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    if (newer !== null && since !== null) url.searchParams.set(newer.param, since);
    if (pagination.type === 'page') url.searchParams.set(pagination.param, next ?? String(pagination.first));
    if (pagination.type === 'cursor' && next !== null) url.searchParams.set(pagination.param, next);
    return url;
  }

  #nextOf(
    rows: readonly unknown[],
    content: unknown,
    { state, answer, url }: { readonly state: SyncState; readonly answer: WholeAnswer; readonly url: URL },
  ): string | null {
    const { pagination } = this.resource;
    switch (pagination.type) {
      case 'cursor':
        return textOfJson(valueAt(content, pagination.next)) || null;
      case 'page':
        return rows.length === 0 ? null : String(Number(state.next ?? pagination.first) + 1);
      case 'link':
        return linkToNext(answer.headers['link'], url);
    }
  }

  /** Numbers always rise: where they lead in a circle, pages are the same. */
  get #isNumbered(): boolean {
    return this.resource.pagination.type === 'page';
  }

  #newestOf(rows: readonly unknown[]): string | null {
    const { since } = this.resource;
    if (since === null) return null;
    const all = rows.flatMap((row) => textOfJson(valueAt(row, since.from)) ?? []);
    return all.reduce<string | null>((newest, one) => (newest === null || isNewer(one, newest) ? one : newest), null);
  }
}

function contentOf({ body }: WholeAnswer): unknown {
  try {
    return exactJson(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw unexpected('is no JSON');
  }
}

function contentHash({ body }: WholeAnswer): string {
  return createHash('sha256').update(body).digest('base64url');
}

function unexpected(what: string): PermanentError {
  return new PermanentError('unexpected_answer', `The answer of the host ${what}.`);
}
