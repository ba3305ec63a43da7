import { type Migration } from '../migration.js';

/** Webhook endpoints that have received nothing for days are disabled. */
export const failingEndpoints: Migration = {
  name: '0041-failing-endpoints',
  sql: `
-- Since when every delivery to the address that it has was in vain; null: the latest was received, or there was none.
ALTER TABLE webhook_endpoints ADD COLUMN failing_since timestamptz,
  DROP CONSTRAINT webhook_endpoints_disabled_reason_check,
  ADD CONSTRAINT webhook_endpoints_disabled_reason_check
    CHECK (disabled_reason IN ('requested','receiver_gone','failing'));
CREATE INDEX webhook_endpoints_failing ON webhook_endpoints (id) WHERE failing_since IS NOT NULL;

-- As in 0037, but for the ends of deliveries: no endpoint hears of them, and the endpoint that they were for is judged by those that
-- were in vain, and by the first one after them that was not.
CREATE OR REPLACE FUNCTION note_ends() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM changed WHERE completed_at IS NOT NULL) THEN
    RETURN NULL;
  END IF;
  WITH ended AS MATERIALIZED (
    SELECT changed.id, changed.tenant, changed.task, changed.version, changed.status, changed.attempt, changed.error,
           changed.completed_at, changed.batch_id, changed.leads_on, changed.is_echo,
           CASE changed.task WHEN 'integrations.deliver-webhook' THEN changed.metadata->>'webhookEndpoint' END AS endpoint
    FROM changed JOIN earlier USING (id) WHERE earlier.completed_at IS NULL AND changed.completed_at IS NOT NULL
  ), told AS (
    INSERT INTO facts (job_id, version, status, attempt, error, ended_at, fires)
    SELECT id, version, status, attempt, error, completed_at,
           NOT is_echo AND tenant IN (SELECT tenant FROM triggers WHERE enabled AND pattern LIKE 'job.%')
    FROM ended
  ), delivered AS (
    INSERT INTO ends_to_deliver (job_id, version, status, attempt, error, ended_at)
    SELECT id, version, status, attempt, error, completed_at FROM ended
    WHERE CASE
      WHEN task <> 'integrations.deliver-webhook' THEN tenant IN (SELECT tenant FROM webhook_endpoints WHERE enabled)
      WHEN status = 'completed' THEN endpoint IN (SELECT id::text FROM webhook_endpoints WHERE failing_since IS NOT NULL)
      ELSE status = 'failed' AND endpoint IS NOT NULL END
  )
  INSERT INTO endings (job_id, status, batch_id)
  SELECT id, status, NULL FROM ended WHERE leads_on
  UNION ALL SELECT NULL, NULL, id FROM ended WHERE leads_on
  UNION ALL SELECT DISTINCT NULL::uuid, NULL, batch_id FROM ended WHERE batch_id IS NOT NULL;
  RETURN NULL;
END $$;
`,
};
