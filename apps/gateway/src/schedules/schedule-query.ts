import { type Caller, visibleTenant } from '../api-keys/caller.js';
import { readId } from '../http/ids.js';
import { type PageRequest, readPageRequest } from '../http/page.js';
import { Problem } from '../http/problem.js';
import { QueryReader } from '../http/query.js';

/** Reads the query of `GET /v1/schedules`. A null tenant is every tenant. */
export function readScheduleQuery(
  parameters: unknown,
  caller: Caller,
): { readonly tenant: string | null; readonly page: PageRequest<string> } {
  const query = new QueryReader(parameters);
  const asked = query.text('tenant') ?? null;
  const page = readPageRequest(query, readId);
  query.done();
  const own = visibleTenant(caller);
  if (own !== null && asked !== null && asked !== own) {
    throw new Problem(403, 'Only an admin key lists other tenants.');
  }
  return { tenant: own ?? asked, page };
}

/** Reads the query of `GET /v1/schedules/:id/runs`. */
export function readRunQuery(parameters: unknown): PageRequest<number> {
  const query = new QueryReader(parameters);
  const page = readPageRequest(query, readNumber);
  query.done();
  return page;
}

function readNumber(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
