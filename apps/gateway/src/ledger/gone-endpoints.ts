import { DELIVER_WEBHOOK } from '../notifications/end-tellings.js';
import { type Queries } from './database.js';
import { isId } from './ids.js';

/**
 * Which of these jobs deliver to a webhook endpoint that is not there. The endpoints of the others stay until the transaction has
 * ended: whoever deletes one then finds its deliveries.
 */
export async function toGoneEndpoints(transaction: Queries, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const deliveries = await transaction.query<{ id: string; endpoint: string }>(TO_ENDPOINTS, [ids]);
  if (deliveries.length === 0) return new Set();
  const endpoints = deliveries.map(({ endpoint }) => endpoint).filter(isId);
  const kept = await transaction.query<{ id: string }>(KEEP, [endpoints]);
  const there = new Set(kept.map(({ id }) => id));
  return new Set(deliveries.filter(({ endpoint }) => !there.has(endpoint)).map(({ id }) => id));
}

const TO_ENDPOINTS = `
SELECT id, payload->>'endpoint' AS endpoint FROM jobs
WHERE id = ANY($1::uuid[]) AND task = '${DELIVER_WEBHOOK}' AND payload->>'endpoint' IS NOT NULL`;

const KEEP = 'SELECT id FROM webhook_endpoints WHERE id = ANY($1::uuid[]) ORDER BY id FOR KEY SHARE';
