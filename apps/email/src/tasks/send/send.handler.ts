import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, type StartOptions, Task, TaskController } from '#libs/consumer';
import { Mailer, type Receipt } from '../../outgoing/mailer.js';
import { openTemplates } from '../../templates/open-templates.js';
import { type FilledMail } from '../../templates/template.js';
import { fitsTemplate } from '../../templates/template-rules.js';
import { Templates } from '../../templates/templates.js';
import { Attachments } from './attachments.js';
import { SendPayload } from './send.payload.js';

const EXAMPLE = 'welcome';

/** `email.send`: sends one mail. Every attempt carries the same `Message-ID`, made from the job's id. */
@TaskController('email')
export class SendHandler {
  constructor(
    private readonly mailer: Mailer,
    private readonly templates: Templates,
  ) {}

  @Task('send', {
    payload: SendPayload,
    description: 'Sends a mail, from a template or of text and HTML, to one or a few recipients.',
    atStart,
  })
  async send(@Payload() payload: SendPayload, @Ctx() job: JobContext): Promise<Receipt> {
    const content = this.#content(payload);
    const attachments = await Attachments.open(job.files, payload.attachments ?? []);
    try {
      const { replyTo } = payload;
      const mail = { ...content, id: job.id, to: [payload.to].flat(), replyTo, attachments: attachments.files };
      return told(await this.mailer.send(mail, job.signal), job);
    } finally {
      attachments.close();
    }
  }

  #content({ template, data = {}, subject, text, html }: SendPayload): Partial<FilledMail> & { subject: string } {
    if (template === undefined) return { subject: subject ?? '', ...given('text', text), ...given('html', html) };
    return this.templates.get(template).fill(data, { subject, sender: this.mailer.sender });
  }
}

function given<K extends string>(name: K, value: string | undefined): { [Name in K]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { [Name in K]?: string };
}

function told(receipt: Receipt, job: JobContext): Receipt {
  if (receipt.rejected.length > 0) {
    job.log.warn('The mail server took the mail for some recipients only', { rejected: receipt.rejected });
  }
  return receipt;
}

async function atStart(): Promise<StartOptions> {
  const templates = await openTemplates();
  const example = { to: 'ada@example.org', template: EXAMPLE, data: templates.get(EXAMPLE).preview };
  return { schema: fitsTemplate(templates), example };
}
