import { type GatewayConfig } from '#libs/config';
import { type Storage } from '#libs/storage';
import { WebhookSecrets } from '#libs/webhooks';
import { Problem } from '../http/problem.js';

/** The secrets of webhooks, if there are webhooks. */
export class SecretKeeper {
  readonly #secrets: WebhookSecrets | null;

  constructor({ webhookSecret }: Pick<GatewayConfig, 'webhookSecret'>, storage: Storage) {
    this.#secrets = webhookSecret === null ? null : new WebhookSecrets(webhookSecret, storage);
  }

  /** @throws Problem 404 when `WEBHOOK_SECRET` is not set */
  get secrets(): WebhookSecrets {
    if (this.#secrets !== null) return this.#secrets;
    throw new Problem(404, 'There are no webhooks: WEBHOOK_SECRET is not set.', { code: 'webhooks_not_set_up' });
  }

  /** Forgets what is kept of an endpoint. */
  async forget(owner: { readonly tenant: string; readonly endpoint: string }): Promise<void> {
    await this.#secrets?.forget(owner);
  }
}
