import { type Caller, visibleTenant } from '../api-keys/caller.js';
import { readId } from './ids.js';
import { type PageRequest, readPageRequest } from './page.js';
import { Problem } from './problem.js';
import { QueryReader } from './query.js';

/** Reads the query of a list of a tenant's own things, by their ids. A null tenant is every tenant. */
export function readListQuery(
  parameters: unknown,
  caller: Caller,
): { readonly tenant: string | null; readonly page: PageRequest<string> } {
  const query = new QueryReader(parameters);
  const asked = query.text('tenant') ?? null;
  const page = readPageRequest(query, readId);
  query.done();
  return { tenant: ownTenant(asked, caller), page };
}

/**
 * The tenant whose things are listed; null: every tenant.
 * @throws Problem 403 when somebody asks for another's
 */
export function ownTenant(asked: string | null, caller: Caller): string | null {
  const own = visibleTenant(caller);
  if (own !== null && asked !== null && asked !== own) {
    throw new Problem(403, 'Only an admin key lists other tenants.');
  }
  return own ?? asked;
}

/** Reads the query of a history, whose entries are numbered. */
export function readHistoryQuery(parameters: unknown): PageRequest<number> {
  const query = new QueryReader(parameters);
  const page = readPageRequest(query, readNumber);
  query.done();
  return page;
}

function readNumber(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
