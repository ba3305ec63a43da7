import { type Caller, visibleTenant } from '../api-keys/caller.js';
import { pathId } from '../http/ids.js';
import { missing } from '../http/problem.js';
import { type EndpointRecord } from '../ledger/webhook-endpoint-row.js';
import { type WebhookEndpointStore } from '../ledger/webhook-endpoint-store.js';

/**
 * The endpoint of a path, if the caller may see it.
 * @throws Problem 404, the same for an endpoint of another tenant as for none
 */
export async function visibleEndpoint(
  endpoints: WebhookEndpointStore,
  id: string,
  caller: Caller,
): Promise<EndpointRecord> {
  const endpoint = await endpoints.find(pathId('webhook endpoint', id), visibleTenant(caller));
  if (endpoint === undefined) throw missing('webhook endpoint', id);
  return endpoint;
}
