import { type DeliveryHistory } from '../ledger/delivery-history.js';
import { type JobSteering } from '../ledger/job-steering.js';
import { type EndpointRecord } from '../ledger/webhook-endpoint-row.js';
import { type WebhookEndpointStore } from '../ledger/webhook-endpoint-store.js';
import { type SecretKeeper } from './secret-keeper.js';

const CANCELLED_AT_ONCE = 1_000;

/** Deletes endpoints. */
export class EndpointRemoval {
  constructor(
    private readonly endpoints: Pick<WebhookEndpointStore, 'find' | 'replace' | 'remove'>,
    private readonly history: Pick<DeliveryHistory, 'open'>,
    private readonly steering: Pick<JobSteering, 'cancel'>,
    private readonly keeper: Pick<SecretKeeper, 'forget'>,
  ) {}

  /** When this resolves the endpoint is gone, and what was to be delivered to it is cancelled. */
  async remove(endpoint: EndpointRecord): Promise<void> {
    const { id, tenant } = endpoint;
    await this.#disable(endpoint);
    // Many at once, while others may go on; what comes meanwhile is cancelled with the deletion.
    for (let open = await this.#someOpen(id); open.length > 0; open = await this.#someOpen(id)) {
      await this.steering.cancel(open);
    }
    await this.endpoints.remove(id);
    await this.keeper.forget({ tenant, endpoint: id });
  }

  // Of what is entered while others are cancelled there is little then.
  async #disable(endpoint: EndpointRecord): Promise<void> {
    let known: EndpointRecord | undefined = endpoint;
    while (known?.enabled === true) {
      if ((await this.endpoints.replace(known, { ...known, enabled: false })) !== undefined) return;
      known = await this.endpoints.find(known.id, known.tenant);
    }
  }

  #someOpen(id: string): Promise<string[]> {
    return this.history.open(id, CANCELLED_AT_ONCE);
  }
}
