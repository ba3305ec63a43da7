import { type DkimKey, type Mailbox, type SmtpServer } from './mail-parsers.js';
import { readSettings } from './read-settings.js';

/** What the email app takes beside what every consumer app does. */
export interface EmailConfig {
  readonly server: SmtpServer;
  /** Whom mails are from. */
  readonly from: Mailbox;
  /** A folder of templates that come before those of the app. */
  readonly templates: string | null;
  /** What mails are signed with. */
  readonly dkim: DkimKey | null;
}

/**
 * What the email app takes beside its configuration as a consumer app, frozen.
 * @param env @default process.env
 * @throws ConfigError with every problem in one message.
 */
export function loadEmailConfig(env: NodeJS.ProcessEnv = process.env): EmailConfig {
  const {
    SMTP_URL: server,
    MAIL_FROM: from,
    MAIL_TEMPLATES: templates,
    MAIL_DKIM: dkim,
  } = readSettings(env, 'email app');
  return Object.freeze({ server: Object.freeze(server), from: Object.freeze(from), templates, dkim });
}
