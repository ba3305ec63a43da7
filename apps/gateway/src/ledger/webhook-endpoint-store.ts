import { LIMITS } from '#libs/contracts';
import { uuidv7 } from 'uuidv7';
import { takeLocks, tenantEndpointsLock } from './advisory-locks.js';
import { type Database } from './database.js';
import { openDeliveries } from './delivery-history.js';
import { cancelWithin } from './job-steering.js';
import { type ControlDispatch } from './outbox.js';
import {
  ENDPOINT_COLUMNS,
  type EndpointDefinition,
  endpointOf,
  type EndpointRecord,
  type EndpointRow,
} from './webhook-endpoint-row.js';

/** Creates, reads and changes webhook endpoints. */
export class WebhookEndpointStore {
  readonly #database: Database;
  readonly #dispatch: ControlDispatch;

  constructor(database: Database, dispatch: ControlDispatch) {
    this.#database = database;
    this.#dispatch = dispatch;
  }

  /** Undefined: the tenant has as many endpoints as it may have. */
  async create(tenant: string, definition: EndpointDefinition): Promise<EndpointRecord | undefined> {
    return this.#database.transaction(async (transaction) => {
      await takeLocks(transaction, [tenantEndpointsLock(tenant)]);
      const [row] = await transaction.query<EndpointRow>(CREATE, [uuidv7(), tenant, ...valuesOf(definition)]);
      return row === undefined ? undefined : endpointOf(row);
    });
  }

  /** An endpoint by its id; with a tenant, only that tenant's. */
  async find(id: string, tenant: string | null): Promise<EndpointRecord | undefined> {
    const [row] = await this.#database.query<EndpointRow>(
      `SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoints WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)`,
      [id, tenant],
    );
    return row === undefined ? undefined : endpointOf(row);
  }

  /** Endpoints newest first; with `after`, those behind it. */
  async list(tenant: string | null, page: { limit: number; after: string | null }): Promise<EndpointRecord[]> {
    const rows = await this.#database.query<EndpointRow>(
      `SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoints
       WHERE ($1::text IS NULL OR tenant = $1) AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [tenant, page.after, page.limit],
    );
    return rows.map(endpointOf);
  }

  /**
   * Puts another definition in the place of that of an endpoint as it was read. Undefined: somebody has changed or deleted it
   * since then.
   */
  async replace(known: EndpointRecord, definition: EndpointDefinition): Promise<EndpointRecord | undefined> {
    const values = [known.id, known.version, ...valuesOf(definition)];
    const [row] = await this.#database.query<EndpointRow>(REPLACE, values);
    return row === undefined ? undefined : endpointOf(row);
  }

  /**
   * Ends an endpoint: when this resolves, nothing more is to be delivered to it. Its deliveries stay as jobs, and those that are open are
   * cancelled. Whoever enters one holds the endpoint meanwhile, so that it is seen here, or finds the endpoint gone.
   */
  async remove(id: string): Promise<void> {
    const toSend = await this.#database.transaction(async (transaction) => {
      await transaction.query('SELECT FROM webhook_endpoints WHERE id = $1 FOR UPDATE', [id]);
      const cancelled = await cancelWithin(transaction, await openDeliveries(transaction, id, null));
      await transaction.query('DELETE FROM webhook_endpoints WHERE id = $1', [id]);
      return cancelled.toSend;
    });
    if (toSend) this.#dispatch.hurry();
  }
}

function valuesOf({ url, description, events, tasks, queues, concurrency, enabled }: EndpointDefinition): unknown[] {
  return [url, description, events, tasks, queues, concurrency, enabled];
}

const CREATE = `
INSERT INTO webhook_endpoints (id, tenant, url, description, events, tasks, queues, concurrency, enabled, disabled_reason,
                               disabled_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9::boolean, CASE WHEN NOT $9 THEN 'requested' END,
  CASE WHEN NOT $9 THEN date_trunc('milliseconds', now()) END
WHERE (SELECT count(*) FROM webhook_endpoints WHERE tenant = $2) < ${LIMITS.webhookEndpoints}
RETURNING ${ENDPOINT_COLUMNS}`;

const REPLACE = `
UPDATE webhook_endpoints SET version = version + 1, url = $3, description = $4, events = $5, tasks = $6, queues = $7,
  concurrency = $8, enabled = $9::boolean,
  disabled_reason = CASE WHEN NOT $9 THEN coalesce(disabled_reason, 'requested') END,
  disabled_at = CASE WHEN NOT $9 THEN coalesce(disabled_at, date_trunc('milliseconds', now())) END,
  failing_since = CASE WHEN enabled = $9 AND url = $3 THEN failing_since END,
  updated_at = date_trunc('milliseconds', now())
WHERE id = $1 AND version = $2 RETURNING ${ENDPOINT_COLUMNS}`;
