import { type UnsubscribeConfig } from '#libs/config';
import { type JobContext } from '#libs/consumer';
import { type Suppression, type Suppressions, UnsubscribeLinks } from '#libs/suppressions';
import { missingMailbox } from '../../outgoing/missing-mailbox.js';

const LONGEST_DETAIL = 500;

/** What makes a mail one of a campaign: who must not get it, and how its recipient leaves. */
export class CampaignMail {
  readonly #suppressions: Suppressions;
  readonly #unsubscribe: { readonly links: UnsubscribeLinks; readonly publicUrl: string } | null;

  constructor(suppressions: Suppressions, unsubscribe: UnsubscribeConfig | null) {
    this.#suppressions = suppressions;
    this.#unsubscribe =
      unsubscribe === null
        ? null
        : { links: new UnsubscribeLinks(unsubscribe.secret), publicUrl: unsubscribe.publicUrl };
  }

  /** Why the recipient gets no mail; undefined when it may. */
  suppressionOf({ tenant }: Pick<JobContext, 'tenant'>, address: string): Promise<Suppression | undefined> {
    return this.#suppressions.find(tenant, address);
  }

  /** Where the recipient unsubscribes; undefined when nothing is set up for it. */
  unsubscribeUrl({ tenant }: Pick<JobContext, 'tenant'>, address: string): string | undefined {
    return this.#unsubscribe?.links.linkFor({ tenant, address }, this.#unsubscribe.publicUrl);
  }

  /** Enters a recipient whose mailbox the server does not know. */
  async noteBounce({ tenant }: Pick<JobContext, 'tenant'>, address: string, error: unknown): Promise<void> {
    const answer = missingMailbox(error);
    if (answer === undefined) return;
    await this.#suppressions.add(tenant, address, 'bounced', answer.slice(0, LONGEST_DETAIL));
  }
}

/** One-click unsubscription as mail programs offer it (RFC 8058). */
export function unsubscribeHeaders(url: string | undefined): Readonly<Record<string, string>> {
  if (url === undefined) return {};
  return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}
