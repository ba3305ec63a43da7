import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { type GatewayConfig } from '#libs/config';
import { type Storage } from '#libs/storage';
import { WebhookSecrets } from '#libs/webhooks';
import { type Caller, CurrentCaller, RequireScope } from '../api-keys/caller.js';
import { Problem } from '../http/problem.js';
import { Described } from '../openapi/described.js';
import { GATEWAY_CONFIG, STORAGE } from '../tokens.js';

interface WebhookSecret {
  readonly secret: string;
}

/** What webhooks of the caller's tenant are signed with. */
@Controller('v1/webhook-secret')
export class WebhookSecretController {
  readonly #secrets: WebhookSecrets | null;

  constructor(@Inject(GATEWAY_CONFIG) { webhookSecret }: GatewayConfig, @Inject(STORAGE) storage: Storage) {
    this.#secrets = webhookSecret === null ? null : new WebhookSecrets(webhookSecret, storage);
  }

  @Get()
  @Described({
    summary: 'Show the secret that webhooks of your tenant are signed with',
    status: 200,
    answer: 'WebhookSecret',
    problems: [404],
  })
  @RequireScope('admin')
  async show(@CurrentCaller() { tenant }: Caller): Promise<WebhookSecret> {
    return { secret: await this.#made().current({ tenant }) };
  }

  @Post('rotate')
  @Described({
    summary: 'Give your tenant another secret; the one before it signs as well for a day',
    status: 200,
    answer: 'WebhookSecret',
    problems: [404],
  })
  @HttpCode(200)
  @RequireScope('admin')
  async rotate(@CurrentCaller() { tenant }: Caller): Promise<WebhookSecret> {
    return { secret: await this.#made().rotate({ tenant }) };
  }

  #made(): WebhookSecrets {
    if (this.#secrets !== null) return this.#secrets;
    throw new Problem(404, 'There are no webhooks: WEBHOOK_SECRET is not set.', { code: 'webhooks_not_set_up' });
  }
}
