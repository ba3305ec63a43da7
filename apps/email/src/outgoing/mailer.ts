import { type Readable } from 'node:stream';
import { type OnApplicationShutdown } from '@nestjs/common';
import {
  createTransport,
  type SendMailOptions,
  type SMTPPoolOptions,
  type SMTPPoolSentMessageInfo,
  type Transporter,
} from 'nodemailer';
import { type EmailConfig } from '#libs/config';
import { Standstill } from '#libs/consumer';
import { Admission } from './admission.js';
import { LastByte, type MailEnd } from './last-byte.js';
import { type MailerConfig, PATIENCE, type Patience, poolOptions } from './pool-options.js';
import { type Addressed, type NamedMailbox, type Recipient } from './recipients.js';
import { Signer } from './signer.js';
import { withSingleBlanks } from './single-blanks.js';
import { asJobError } from './smtp-failure.js';
import { strayRecipients } from './stray-recipients.js';

/** A mail of one or more recipients: strict mailboxes, none of them twice. */
export interface Mail extends Addressed {
  /** Ends up in its `Message-ID`: the same mail sent twice can be told by it. */
  readonly id: string;
  readonly subject: string;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  readonly replyTo?: string | undefined;
  readonly attachments?: readonly MailFile[];
  /** What stands in its head beside what every mail has. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly end?: MailEnd;
}

/** A file in a mail. */
export interface MailFile {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Readable;
  /** Its name in the HTML, `<img src="cid:…">`. @default it is attached */
  readonly cid?: string | undefined;
}

/** What the server made of a mail. */
export interface Receipt {
  /** With its angle brackets. */
  readonly messageId: string;
  readonly accepted: readonly string[];
  readonly rejected: readonly string[];
}

/** A mail for nodemailer, but for what is its sending's. */
type MailContent = Omit<SendMailOptions, 'to' | 'messageId' | 'signal'>;

/** Hands mails to the server of `SMTP_URL` over connections that it keeps for the next ones. Connects when there is a mail. */
export class Mailer implements OnApplicationShutdown {
  readonly #from: EmailConfig['from'];
  readonly #signer: Signer | null;
  readonly #admission: Admission;
  readonly #transport: Transporter<SMTPPoolSentMessageInfo, SMTPPoolOptions>;
  /** By the list of recipients of each sending: two runs of a job have one Message-ID, and may send at the same time. */
  readonly #lastBytes = new WeakMap<object, LastByte>();

  /** @throws ConfigError when mails cannot be signed with the key for signatures */
  constructor(config: MailerConfig, patience: Patience = PATIENCE) {
    this.#from = config.from;
    const signer = config.dkim && new Signer(config.dkim, config.from.domain);
    this.#signer = signer;
    this.#transport = createTransport(poolOptions(config, patience));
    this.#admission = new Admission(config.server.login && (() => this.#proveLogin()));
    this.#transport.use('stream', (mail, done) => {
      // Signed here rather than by the transport, which would do so last: the end that is watched is what goes out.
      if (signer !== null) mail.message.processFunc((content) => signer.sign(content));
      const lastByte = this.#lastBytes.get(mail.data.to as object);
      if (lastByte === undefined) throw new Error('Expected the list of recipients that nodemailer was given.');
      mail.message.processFunc((content) => lastByte.watch(content));
      done(strayRecipients(mail));
    });
  }

  /** Whom mails are from, as a person reads it. */
  get sender(): string {
    return this.#from.name === '' ? this.#from.address : this.#from.name;
  }

  /**
   * Resolves when the server has taken the mail for at least one recipient.
   * @throws TemporaryError `smtp_temporary`, `smtp_unreachable`; `smtp_unanswered` when it may have taken the mail
   * @throws PermanentError `smtp_rejected`
   * @throws Standstill when it refuses the login or the sender, and for a minute after that
   */
  async send(mail: Mail, signal: AbortSignal): Promise<Receipt> {
    await this.#admission.wait(signal);
    const messageId = `<${mail.id}@${this.#from.domain}>`;
    const to = mail.to.map(asObject);
    const lastByte = new LastByte(mail.end);
    this.#lastBytes.set(to, lastByte);
    try {
      const content = this.#content(mail);
      const { accepted, rejected } = await this.#transport.sendMail({ to, messageId, signal, ...content });
      return { messageId, accepted, rejected };
    } catch (error) {
      signal.throwIfAborted();
      throw lastByte.refusal === undefined ? this.#understood(error, lastByte.isOut) : lastByte.refusal.error;
    }
  }

  onApplicationShutdown(): void {
    this.#transport.close({ force: true });
    this.#signer?.close();
  }

  async #proveLogin(): Promise<void> {
    await this.#transport.verify().catch((error: unknown) => {
      throw this.#understood(error, false) as Error;
    });
  }

  #understood(error: unknown, isOut: boolean): unknown {
    const understood = asJobError(error, isOut);
    if (understood instanceof Standstill) this.#admission.refuse(understood);
    return understood;
  }

  #content({ subject, text, html, cc = [], bcc = [], replyTo, attachments = [], headers = {} }: Mail): MailContent {
    return {
      from: asObject(this.#from),
      subject: withSingleBlanks(subject),
      ...{ text, html, headers: { ...headers } },
      ...{ cc: cc.map(asObject), bcc: bcc.map(asObject), attachments: attachments.map(asAttachment) },
      ...(replyTo === undefined ? {} : { replyTo: asObject(replyTo) }),
    };
  }
}

/** An object, for a text would be parsed, and could become several recipients. */
function asObject(recipient: Recipient): NamedMailbox {
  if (typeof recipient === 'string') return { name: '', address: recipient };
  const { name, address } = recipient;
  return { name: withSingleBlanks(name), address };
}

function asAttachment({ cid, filename, ...file }: MailFile): MailFile {
  return { ...file, filename: withSingleBlanks(filename), ...(cid === undefined ? {} : { cid }) };
}
