import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { type Caller, CurrentCaller, RequireScope } from '../api-keys/caller.js';
import { Described } from '../openapi/described.js';
import { SecretKeeper } from './secret-keeper.js';

/** A secret as it is shown. */
export interface ShownSecret {
  readonly secret: string;
}

/** What webhooks of the caller's tenant are signed with. */
@Controller('v1/webhook-secret')
export class WebhookSecretController {
  constructor(private readonly keeper: SecretKeeper) {}

  @Get()
  @Described({
    summary: 'Show the secret that webhooks of your tenant are signed with',
    status: 200,
    answer: 'WebhookSecret',
    problems: [404],
  })
  @RequireScope('admin')
  async show(@CurrentCaller() { tenant }: Caller): Promise<ShownSecret> {
    return { secret: await this.keeper.secrets.current({ tenant }) };
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
  async rotate(@CurrentCaller() { tenant }: Caller): Promise<ShownSecret> {
    return { secret: await this.keeper.secrets.rotate({ tenant }) };
  }
}
