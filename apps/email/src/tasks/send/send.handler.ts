import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, type StartOptions, Task, TaskController } from '#libs/consumer';
import { type SuppressionReason } from '#libs/suppressions';
import { type Mail, type Receipt } from '../../outgoing/mailer.js';
import { mailboxOf, type Recipient } from '../../outgoing/recipients.js';
import { JobNotes } from '../../storage/job-notes.js';
import { openTemplates } from '../../templates/open-templates.js';
import { fitsTemplate } from '../../templates/template-rules.js';
import { Templates } from '../../templates/templates.js';
import { CampaignMail, unsubscribeHeaders } from './campaign-mail.js';
import { Delivery, type MailToDeliver } from './delivery.js';
import { HandOver } from './hand-over.js';
import { SendPayload } from './send.payload.js';
import { SingleRepeat } from './single-repeat.js';

const EXAMPLE = 'welcome';

/** What an `email.send` job results in. */
export type SendResult = Receipt | SuppressedMail;

/** A mail of a campaign that was not sent, because its recipient must not get it. */
interface SuppressedMail {
  readonly messageId: null;
  readonly accepted: readonly [];
  readonly rejected: readonly string[];
  readonly suppressed: SuppressionReason;
}

/** A mail but for what its payload says of others who get it. */
type OwnMail = Omit<MailToDeliver, 'cc' | 'bcc' | 'replyTo'>;

/** `email.send`: sends one mail. Every attempt carries the same `Message-ID`, made from the job's id. */
@TaskController('email')
export class SendHandler {
  constructor(
    private readonly delivery: Delivery,
    private readonly templates: Templates,
    private readonly campaign: CampaignMail,
    private readonly notes: JobNotes,
  ) {}

  @Task('send', {
    payload: SendPayload,
    description: 'Sends a mail, from a template or of text and HTML, to one or a few recipients.',
    atStart,
  })
  async send(@Payload() payload: SendPayload, @Ctx() job: JobContext): Promise<SendResult> {
    const to = [payload.to].flat();
    if (payload.campaign !== true) return this.#deliver(payload, to, job);
    const [address = ''] = to.map(mailboxOf);
    const suppression = await this.campaign.suppressionOf(job, address);
    if (suppression === undefined) return this.#deliverOnce(payload, address, job);
    return { messageId: null, accepted: [], rejected: [address], suppressed: suppression.reason };
  }

  async #deliver(payload: SendPayload, to: readonly Recipient[], job: JobContext): Promise<Receipt> {
    const repeat = new SingleRepeat(job, this.notes);
    await repeat.refuseThird();
    try {
      const receipt = await this.#send(payload, { to, ...this.#content(payload), end: repeat }, job);
      if (receipt.rejected.length === 0) return receipt;
      job.log.warn('The mail server took the mail for some recipients only', { rejected: receipt.rejected });
      return receipt;
    } catch (error) {
      throw await repeat.afterError(error);
    }
  }

  async #deliverOnce(payload: SendPayload, address: string, job: JobContext): Promise<Receipt> {
    const handOver = new HandOver(job, this.notes);
    await handOver.refuseDoubt();
    const url = this.campaign.unsubscribeUrl(job, address);
    const mail = { headers: unsubscribeHeaders(url), end: handOver, ...this.#content(payload, url) };
    try {
      return await this.#send(payload, { to: [address], ...mail }, job);
    } catch (error) {
      await this.campaign.noteBounce(job, address, error);
      throw await handOver.afterError(error);
    }
  }

  #send({ cc, bcc, replyTo, attachments = [] }: SendPayload, mail: OwnMail, job: JobContext): Promise<Receipt> {
    return this.delivery.send({ cc, bcc, replyTo, ...mail }, attachments, job);
  }

  #content(payload: SendPayload, unsubscribeUrl?: string): Pick<Mail, 'subject' | 'text' | 'html'> {
    const { template, data = {}, subject, text, html } = payload;
    if (template === undefined) return { subject: subject ?? '', text, html };
    return this.templates.get(template).fill(data, { subject, sender: this.delivery.sender, unsubscribeUrl });
  }
}

async function atStart(): Promise<StartOptions> {
  const templates = await openTemplates();
  const example = { to: 'ada@example.org', template: EXAMPLE, data: templates.get(EXAMPLE).preview };
  return { schema: fitsTemplate(templates), example };
}
