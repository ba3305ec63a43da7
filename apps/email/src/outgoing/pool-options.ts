import { type SMTPPoolOptions } from 'nodemailer';
import { type EmailConfig } from '#libs/config';

/** How long the server may take, in milliseconds. */
export interface Patience {
  /** @default 10_000 */
  readonly connectMs: number;
  /** @default 10_000 */
  readonly greetingMs: number;
  /** Between two signs of life while a mail is handed over. @default 60_000 */
  readonly silenceMs: number;
}

/** The patience with servers of others. */
export const PATIENCE: Patience = { connectMs: 10_000, greetingMs: 10_000, silenceMs: 60_000 };

/** What the mailer takes of the app's configuration. */
export type MailerConfig = Pick<EmailConfig, 'server' | 'ca' | 'connections' | 'from' | 'dkim'>;

/** A connection that waits longer is probably closed by the server the moment it is used. */
const IDLE_MS = 10_000;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|::1)$/;

/** How mails are handed to the server. */
export function poolOptions(
  { server: { host, port, secure, login }, ca, connections }: Pick<MailerConfig, 'server' | 'ca' | 'connections'>,
  { connectMs, greetingMs, silenceMs }: Patience,
): SMTPPoolOptions & { pool: true } {
  return {
    ...{ pool: true, host, port, secure, maxConnections: connections, idleTimeout: IDLE_MS },
    ...(login === null ? {} : { auth: login, requireTLS: !LOOPBACK.test(host) }),
    ...(ca === null ? {} : { requireTLS: true, tls: { ca } }),
    // A mail whose connection is lost fails its attempt: whether it is sent again is decided by the job alone.
    maxRequeues: 0,
    ...{ connectionTimeout: connectMs, dnsTimeout: connectMs, greetingTimeout: greetingMs, socketTimeout: silenceMs },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  };
}
