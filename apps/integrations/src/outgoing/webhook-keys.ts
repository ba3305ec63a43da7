import { type OnApplicationShutdown } from '@nestjs/common';
import { PermanentError } from '#libs/consumer';
import { openStorage, type Storage } from '#libs/storage';
import { type SecretOwner, WebhookSecrets } from '#libs/webhooks';

/** What webhooks are signed with. */
export class WebhookKeys implements OnApplicationShutdown {
  readonly #secrets: WebhookSecrets | null;

  /** @param secret `WEBHOOK_SECRET`; null when there is none */
  constructor(
    secret: string | null,
    private readonly storage: Storage,
  ) {
    this.#secrets = secret === null ? null : new WebhookSecrets(secret, storage);
  }

  static async open(secret: string | null, storageUrl: string): Promise<WebhookKeys> {
    return new WebhookKeys(secret, await openStorage(storageUrl));
  }

  /** The secrets of a tenant or an endpoint, the newest first. @throws PermanentError `webhooks_not_set_up` */
  async of(owner: SecretOwner): Promise<readonly string[]> {
    if (this.#secrets !== null) return this.#secrets.signing(owner);
    throw new PermanentError(
      'webhooks_not_set_up',
      'The integrations app has no WEBHOOK_SECRET to sign webhooks with.',
    );
  }

  onApplicationShutdown(): Promise<void> {
    return this.storage.close();
  }
}
