import { type Caller } from '../api-keys/caller.js';
import { ownTenant } from '../http/list-query.js';
import { type PageRequest, readPageRequest } from '../http/page.js';
import { QueryReader } from '../http/query.js';
import { readPosition } from '../http/time-position.js';
import { readYesOrNo } from '../http/yes-or-no.js';
import { type BatchFilter } from '../ledger/batch-reads.js';
import { type TimeCursor } from '../ledger/time-cursor.js';

/** Reads the query of `GET /v1/batches`. */
export function readBatchQuery(
  parameters: unknown,
  caller: Caller,
): { readonly filter: BatchFilter; readonly page: PageRequest<TimeCursor> } {
  const query = new QueryReader(parameters);
  const asked = query.text('tenant') ?? null;
  const isOpen = query.parsed('open', readYesOrNo, 'true or false') ?? null;
  const page = readPageRequest(query, readPosition);
  query.done();
  return { filter: { tenant: ownTenant(asked, caller), isOpen }, page };
}
