import { type JobContext } from '#libs/consumer';
import { type Mail, type Mailer, type Receipt } from '../../outgoing/mailer.js';
import { mailboxesOf } from '../../outgoing/recipients.js';
import { type Traffic } from '../../outgoing/traffic.js';
import { wasClosedBefore } from '../../outgoing/smtp-failure.js';
import { type AttachmentPayload } from './attachment.payload.js';
import { Attachments } from './attachments.js';

/** A mail without its files, which are opened when its turn has come. */
export type MailToDeliver = Omit<Mail, 'id' | 'attachments'>;

/** Sends the mails of jobs, each in its turn. */
export class Delivery {
  constructor(
    private readonly mailer: Mailer,
    private readonly traffic: Traffic,
  ) {}

  /** Whom mails are from, as a person reads it. */
  get sender(): string {
    return this.mailer.sender;
  }

  /**
   * Resolves when the server has taken the mail for at least one recipient.
   * @throws what `Mailer.send`, `Traffic.enter` and `Attachments.open` throw
   */
  async send(mail: MailToDeliver, files: readonly AttachmentPayload[], job: JobContext): Promise<Receipt> {
    const leave = await this.traffic.enter(job, mailboxesOf(mail));
    let isTaken = false;
    try {
      const receipt = await this.#sendWithFiles(mail, files, job).catch((error: unknown) => {
        if (!wasClosedBefore(error)) throw error;
        return this.#sendWithFiles(mail, files, job);
      });
      isTaken = true;
      return receipt;
    } finally {
      leave(isTaken);
    }
  }

  async #sendWithFiles(mail: MailToDeliver, asked: readonly AttachmentPayload[], job: JobContext): Promise<Receipt> {
    const attachments = await Attachments.open(job.files, asked);
    try {
      return await this.mailer.send({ id: job.id, attachments: attachments.files, ...mail }, job.signal);
    } finally {
      attachments.close();
    }
  }
}
