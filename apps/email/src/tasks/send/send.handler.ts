import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, type StartOptions, Task, TaskController } from '#libs/consumer';
import { type SuppressionReason } from '#libs/suppressions';
import { type Mail, Mailer, type Receipt } from '../../outgoing/mailer.js';
import { Traffic } from '../../outgoing/traffic.js';
import { openTemplates } from '../../templates/open-templates.js';
import { fitsTemplate } from '../../templates/template-rules.js';
import { Templates } from '../../templates/templates.js';
import { Attachments } from './attachments.js';
import { CampaignMail, unsubscribeHeaders } from './campaign-mail.js';
import { HandOver, repeatedOnce } from './hand-over.js';
import { SendPayload } from './send.payload.js';

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

/** `email.send`: sends one mail. Every attempt carries the same `Message-ID`, made from the job's id. */
@TaskController('email')
export class SendHandler {
  constructor(
    private readonly mailer: Mailer,
    private readonly templates: Templates,
    private readonly traffic: Traffic,
    private readonly campaign: CampaignMail,
  ) {}

  @Task('send', {
    payload: SendPayload,
    description: 'Sends a mail, from a template or of text and HTML, to one or a few recipients.',
    atStart,
  })
  async send(@Payload() payload: SendPayload, @Ctx() job: JobContext): Promise<SendResult> {
    const to = [payload.to].flat();
    if (payload.campaign !== true) return this.#deliver(payload, to, job);
    const [address = ''] = to;
    const suppression = await this.campaign.suppressionOf(job, address);
    if (suppression === undefined) return this.#deliverOnce(payload, address, job);
    return { messageId: null, accepted: [], rejected: to, suppressed: suppression.reason };
  }

  async #deliver(payload: SendPayload, to: readonly string[], job: JobContext): Promise<Receipt> {
    try {
      const receipt = await this.#handOver(payload, { to }, job);
      if (receipt.rejected.length === 0) return receipt;
      job.log.warn('The mail server took the mail for some recipients only', { rejected: receipt.rejected });
      return receipt;
    } catch (error) {
      throw repeatedOnce(error, job);
    }
  }

  async #deliverOnce(payload: SendPayload, address: string, job: JobContext): Promise<Receipt> {
    const handOver = new HandOver(job);
    await handOver.refuseDoubt();
    const unsubscribeUrl = this.campaign.unsubscribeUrl(job, address);
    try {
      return await this.#handOver(payload, { to: [address], unsubscribeUrl, end: handOver }, job);
    } catch (error) {
      await this.campaign.noteBounce(job, address, error);
      throw await handOver.afterError(error);
    }
  }

  async #handOver(payload: SendPayload, about: Handling, job: JobContext): Promise<Receipt> {
    const { unsubscribeUrl, ...rest } = about;
    const content = this.#content(payload, unsubscribeUrl);
    const leave = await this.traffic.enter(job, about.to);
    try {
      const attachments = await Attachments.open(job.files, payload.attachments ?? []);
      try {
        const { files } = attachments;
        const mail = { id: job.id, ...content, replyTo: payload.replyTo, attachments: files, ...rest };
        return await this.mailer.send({ ...mail, headers: unsubscribeHeaders(unsubscribeUrl) }, job.signal);
      } finally {
        attachments.close();
      }
    } finally {
      leave();
    }
  }

  #content(payload: SendPayload, unsubscribeUrl: string | undefined): Pick<Mail, 'subject' | 'text' | 'html'> {
    const { template, data = {}, subject, text, html } = payload;
    if (template === undefined) return { subject: subject ?? '', text, html };
    return this.templates.get(template).fill(data, { subject, sender: this.mailer.sender, unsubscribeUrl });
  }
}

/** What a mail is handed over with, beside its content. */
type Handling = Pick<Mail, 'to' | 'end'> & { readonly unsubscribeUrl?: string | undefined };

async function atStart(): Promise<StartOptions> {
  const templates = await openTemplates();
  const example = { to: 'ada@example.org', template: EXAMPLE, data: templates.get(EXAMPLE).preview };
  return { schema: fitsTemplate(templates), example };
}
