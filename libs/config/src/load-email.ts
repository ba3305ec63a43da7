import { type DkimKey, type Mailbox, type SmtpServer } from './mail-parsers.js';
import { readSettings } from './read-settings.js';

/** What the email app takes beside what every consumer app does. */
export interface EmailConfig {
  readonly server: SmtpServer;
  /** PEM of the authorities that may have signed its certificate; null trusts those that Node knows. */
  readonly ca: string | null;
  /** Kept to the server at most. */
  readonly connections: number;
  /** Whom mails are from. */
  readonly from: Mailbox;
  /** A folder of templates that come before those of the app. */
  readonly templates: string | null;
  /** What this process may send. */
  readonly rates: MailRates;
  /** What mails are signed with. */
  readonly dkim: DkimKey | null;
  /** How recipients unsubscribe; null when mails have no link for it. */
  readonly unsubscribe: UnsubscribeConfig | null;
}

/** Mails per second, as the share of one process. */
export interface MailRates {
  /** Null: as fast as the server takes them. */
  readonly all: number | null;
  /** By the domain of a recipient; `*` is every other one. */
  readonly byDomain: ReadonlyMap<string, number>;
}

/** What links to unsubscribe are made of. */
export interface UnsubscribeConfig {
  readonly secret: string;
  /** The gateway's address as its users see it, without a slash at its end. */
  readonly publicUrl: string;
}

/**
 * What the email app takes beside its configuration as a consumer app, frozen.
 * @param env @default process.env
 * @throws ConfigError with every problem in one message.
 */
export function loadEmailConfig(env: NodeJS.ProcessEnv = process.env): EmailConfig {
  const values = readSettings(env, 'email app');
  const { PUBLIC_URL: publicUrl, UNSUBSCRIBE_SECRET: secret, MAIL_PROCESSES: processes, MAIL_RATE: all } = values;
  const byDomain = new Map([...values.MAIL_DOMAIN_RATES].map(([domain, rate]) => [domain, rate / processes]));
  return Object.freeze({
    server: Object.freeze(values.SMTP_URL),
    ca: values.SMTP_CA_FILE,
    connections: values.SMTP_CONNECTIONS,
    from: Object.freeze(values.MAIL_FROM),
    templates: values.MAIL_TEMPLATES,
    rates: Object.freeze({ all: all === null ? null : all / processes, byDomain }),
    dkim: values.MAIL_DKIM,
    unsubscribe: secret === null || publicUrl === null ? null : Object.freeze({ secret, publicUrl }),
  });
}
