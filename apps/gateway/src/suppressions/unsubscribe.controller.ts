import { Controller, Get, Header, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { type GatewayConfig } from '#libs/config';
import { Public } from '#libs/observability';
import { type Recipient, Suppressions, UnsubscribeLinks } from '#libs/suppressions';
import { Problem } from '../http/problem.js';
import { Described } from '../openapi/described.js';
import { GATEWAY_CONFIG } from '../tokens.js';
import { donePage, PAGE_POLICY, questionPage } from './unsubscribe-page.js';

const HTML = 'text/html; charset=utf-8';
const PAGE = { status: 200, answer: { type: 'string' }, secured: false, problems: [404] } as const;

/** Where the links to unsubscribe lead. Outside of /v1, for people and mail programs rather than for clients of the API. */
@Controller('unsubscribe')
@Public()
export class UnsubscribeController {
  readonly #links: UnsubscribeLinks | null;

  constructor(
    @Inject(GATEWAY_CONFIG) { unsubscribeSecret }: GatewayConfig,
    private readonly suppressions: Suppressions,
  ) {
    this.#links = unsubscribeSecret === null ? null : new UnsubscribeLinks(unsubscribeSecret);
  }

  @Get(':token')
  @Described({ summary: 'Ask a recipient whether to unsubscribe', ...PAGE })
  @Header('content-type', HTML)
  @Header('content-security-policy', PAGE_POLICY)
  ask(@Param('token') token: string): string {
    return questionPage(this.#recipient(token).address);
  }

  @Post(':token')
  @Described({
    ...{ summary: 'Unsubscribe a recipient', ...PAGE },
    description:
      'One-click unsubscription (RFC 8058) of mail programs, and the page above. The body makes no difference.',
  })
  @HttpCode(200)
  @Header('content-type', HTML)
  @Header('content-security-policy', PAGE_POLICY)
  async unsubscribe(@Param('token') token: string): Promise<string> {
    const { tenant, address } = this.#recipient(token);
    await this.suppressions.add(tenant, address, 'unsubscribed');
    return donePage(address);
  }

  #recipient(token: string): Recipient {
    const recipient = this.#links?.recipientIn(token);
    if (recipient === undefined) throw new Problem(404, 'This link is not complete, or was made by somebody else.');
    return recipient;
  }
}
