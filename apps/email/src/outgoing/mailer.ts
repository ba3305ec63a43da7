import { type OnApplicationShutdown } from '@nestjs/common';
import {
  createTransport,
  type MailMessage,
  type SMTPPoolOptions,
  type SMTPPoolSentMessageInfo,
  type Transporter,
} from 'nodemailer';
import { type EmailConfig } from '#libs/config';
import { asJobError } from './smtp-failure.js';

const CONNECT_MS = 10_000;
const GREETING_MS = 10_000;
/** How long the server may be silent while a mail is handed over. */
const SILENCE_MS = 60_000;
/** A connection that waits longer is probably closed by the server the moment it is used. */
const IDLE_MS = 10_000;
/** The jobs at once are the limit: none of them waits for a connection of another. */
const CONNECTIONS = 1_000;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|::1)$/;

/** A mail of one or more recipients. */
export interface Mail {
  /** Ends up in its `Message-ID`: the same mail sent twice can be told by it. */
  readonly id: string;
  /** Strict mailboxes, none of them twice. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  readonly replyTo?: string | undefined;
}

/** What the server made of a mail. */
export interface Receipt {
  /** With its angle brackets. */
  readonly messageId: string;
  readonly accepted: readonly string[];
  readonly rejected: readonly string[];
}

/** Hands mails to the server of `SMTP_URL` over connections that it keeps for the next ones. Connects when there is a mail. */
export class Mailer implements OnApplicationShutdown {
  readonly #from: EmailConfig['from'];
  readonly #transport: Transporter<SMTPPoolSentMessageInfo, SMTPPoolOptions>;

  constructor({ server, from }: EmailConfig) {
    this.#from = from;
    this.#transport = createTransport(poolOptions(server));
    this.#transport.use('stream', (mail, done) => {
      done(strayRecipients(mail));
    });
  }

  /**
   * Resolves when the server has taken the mail for at least one recipient.
   * @throws TemporaryError `smtp_temporary`, `smtp_unreachable`, `smtp_login_refused`
   * @throws PermanentError `smtp_rejected`
   */
  async send(mail: Mail, signal: AbortSignal): Promise<Receipt> {
    const { name, domain, address } = this.#from;
    const messageId = `<${mail.id}@${domain}>`;
    const replyTo = mail.replyTo === undefined ? {} : { replyTo: recipient(mail.replyTo) };
    try {
      const { accepted, rejected } = await this.#transport.sendMail({
        ...{ messageId, from: { name, address }, to: mail.to.map(recipient), ...replyTo },
        ...{ subject: mail.subject, text: mail.text, html: mail.html, signal },
      });
      return { messageId, accepted, rejected };
    } catch (error) {
      signal.throwIfAborted();
      throw asJobError(error);
    }
  }

  onApplicationShutdown(): void {
    this.#transport.close({ force: true });
  }
}

function poolOptions({ host, port, secure, login }: EmailConfig['server']): SMTPPoolOptions & { pool: true } {
  return {
    ...{ pool: true, host, port, secure, maxConnections: CONNECTIONS, idleTimeout: IDLE_MS },
    ...(login === null ? {} : { auth: login, requireTLS: !LOOPBACK.test(host) }),
    // A mail whose connection is lost fails its attempt: whether it is sent again is decided by the job alone.
    maxRequeues: 0,
    ...{
      connectionTimeout: CONNECT_MS,
      dnsTimeout: CONNECT_MS,
      greetingTimeout: GREETING_MS,
      socketTimeout: SILENCE_MS,
    },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  };
}

/** An object, for a text would be parsed, and could become several recipients. */
function recipient(address: string): { name: string; address: string } {
  return { name: '', address };
}

/** What the server will be told must be the list that was given, whatever the mail's headers have become. */
function strayRecipients({ data, message }: MailMessage<SMTPPoolSentMessageInfo>): Error | null {
  const given = differing((data.to as { address: string }[]).map(({ address }) => address));
  const told = differing(message.getEnvelope().to);
  return JSON.stringify(given) === JSON.stringify(told)
    ? null
    : new Error(`Expected a mail to ${given.join(', ')}; its envelope says ${told.join(', ')}. It was not sent.`);
}

/** In one order, each once; the case of a domain makes no difference. */
function differing(addresses: readonly string[]): string[] {
  return [...new Set(addresses.map((address) => address.replace(/@[^@]*$/, (end) => end.toLowerCase())))].sort();
}
