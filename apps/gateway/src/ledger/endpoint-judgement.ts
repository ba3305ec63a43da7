import { type Queries } from './database.js';

/** Among so many deliveries one is looked for that was received: what ends within moments was made within moments. */
const NEWEST = 1_000;

/**
 * Judges endpoints by deliveries that have ended: one whose receiver is gone is disabled, and so is one to which every delivery of five
 * days was in vain. Only those to the address that it still has speak of it: one that has moved since then is not meant.
 * @param jobIds other jobs among them say nothing
 */
export async function judgeEndpoints(transaction: Queries, jobIds: readonly string[]): Promise<void> {
  const judged = await transaction.query(LOCK, [jobIds]);
  if (judged.length > 0) await transaction.query(JUDGE, [jobIds]);
}

const ENDED = `
FROM webhook_deliveries JOIN jobs ON jobs.id = webhook_deliveries.job_id
JOIN webhook_endpoints ON webhook_endpoints.id = endpoint_id
WHERE job_id = ANY($1::uuid[]) AND status IN ('completed','failed') AND enabled AND url = payload->>'url'`;

const LOCK = `
SELECT webhook_endpoints.id ${ENDED} ORDER BY webhook_endpoints.id FOR NO KEY UPDATE OF webhook_endpoints`;

// What is received is noted only while an endpoint is known to fail, and the ends of its failures are looked at some time after them.
const RECEIVED_SINCE = `EXISTS (
  SELECT FROM (
    SELECT job_id FROM webhook_deliveries WHERE endpoint_id = webhook_endpoints.id ORDER BY job_id DESC LIMIT ${NEWEST}
  ) AS newest JOIN jobs AS received ON received.id = newest.job_id
  WHERE received.status = 'completed' AND received.completed_at >= jobs.completed_at AND received.payload->>'url' = url
)`;

const JUDGE = `
WITH ended AS (
  SELECT endpoint_id, bool_or(error->>'code' = 'receiver_gone') AS gone,
    CASE WHEN NOT bool_or(status = 'completed') THEN
      min(coalesce(failing_since, completed_at)) FILTER (WHERE failing_since IS NOT NULL OR NOT ${RECEIVED_SINCE}) END AS since
  ${ENDED} GROUP BY endpoint_id
), judged AS (
  SELECT endpoint_id, since,
    CASE WHEN gone THEN 'receiver_gone' WHEN since <= now() - interval '5 days' THEN 'failing' END AS reason
  FROM ended
)
UPDATE webhook_endpoints SET failing_since = since, enabled = reason IS NULL, disabled_reason = reason,
  disabled_at = CASE WHEN reason IS NOT NULL THEN date_trunc('milliseconds', now()) END,
  version = CASE WHEN reason IS NULL THEN version ELSE version + 1 END,
  updated_at = CASE WHEN reason IS NULL THEN updated_at ELSE date_trunc('milliseconds', now()) END
FROM judged WHERE id = endpoint_id`;
