import { Logger, type OnModuleInit } from '@nestjs/common';
import { type UnsubscribeConfig } from '#libs/config';
import { type JobContext } from '#libs/consumer';
import { type Suppression, type Suppressions, UnsubscribeLinks } from '#libs/suppressions';
import { missingMailbox } from '../../outgoing/missing-mailbox.js';

const LONGEST_DETAIL = 500;

/** What makes a mail one of a campaign: who must not get it, and how its recipient leaves. */
export class CampaignMail implements OnModuleInit {
  readonly #suppressions: Suppressions;
  readonly #unsubscribe: { readonly links: UnsubscribeLinks; readonly publicUrl: string } | null;

  constructor(suppressions: Suppressions, unsubscribe: UnsubscribeConfig | null) {
    this.#suppressions = suppressions;
    this.#unsubscribe =
      unsubscribe === null
        ? null
        : { links: new UnsubscribeLinks(unsubscribe.secret), publicUrl: unsubscribe.publicUrl };
  }

  /** Says what campaigns will miss, before the first one goes out. */
  onModuleInit(): void {
    const missing = this.#missing();
    if (missing !== undefined) new Logger(CampaignMail.name).warn(missing);
  }

  /** Why the recipient gets no mail; undefined when it may. */
  suppressionOf({ tenant }: Pick<JobContext, 'tenant'>, address: string): Promise<Suppression | undefined> {
    return this.#suppressions.find(tenant, address);
  }

  /** Where the recipient unsubscribes; undefined when nothing is set up for it. */
  unsubscribeUrl({ tenant }: Pick<JobContext, 'tenant'>, address: string): string | undefined {
    return this.#unsubscribe?.links.linkFor({ tenant, address }, this.#unsubscribe.publicUrl);
  }

  #missing(): string | undefined {
    if (this.#unsubscribe === null) {
      return 'Mails of campaigns have no link to unsubscribe: set UNSUBSCRIBE_SECRET and PUBLIC_URL.';
    }
    if (isSecure(this.#unsubscribe.publicUrl)) return undefined;
    return 'Mail programs will not offer to unsubscribe by one click: PUBLIC_URL is not https://.';
  }

  /** Enters a recipient whose mailbox the server does not know. */
  async noteBounce({ tenant }: Pick<JobContext, 'tenant'>, address: string, error: unknown): Promise<void> {
    const answer = missingMailbox(error);
    if (answer === undefined) return;
    await this.#suppressions.add(tenant, address, 'bounced', answer.slice(0, LONGEST_DETAIL));
  }
}

/** How mail programs offer to unsubscribe: by one click over HTTPS (RFC 8058), else by the link alone. */
export function unsubscribeHeaders(url: string | undefined): Readonly<Record<string, string>> {
  if (url === undefined) return {};
  const header = { 'List-Unsubscribe': `<${url}>` };
  return isSecure(url) ? { ...header, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } : header;
}

function isSecure(url: string): boolean {
  return url.startsWith('https://');
}
