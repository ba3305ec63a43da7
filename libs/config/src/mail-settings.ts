import { type DkimKey, dkimKey, mailbox, smtpServer } from './mail-parsers.js';
import { matching } from './parsers.js';
import { orNull, setting } from './setting.js';

/** What the email app takes, in the order of the documentation. */
export const MAIL_SETTINGS = {
  SMTP_URL: setting({
    means: 'The server that mails are handed to.',
    allowed:
      'smtp://host:port, or smtps:// for TLS from the first byte, with user:password@ where the server wants them',
    takenBy: 'email app',
    parse: smtpServer,
    advice: 'a slash, number sign or at sign in a user name or password is written %2F, %23 or %40',
  }),
  MAIL_FROM: setting({
    means: 'Whom mails are from; what is behind its at sign also ends their Message-ID.',
    allowed: 'a mailbox: name@example.org, or Example Shop <name@example.org>',
    takenBy: 'email app',
    parse: mailbox,
  }),
  MAIL_TEMPLATES: setting<string | null>({
    means: 'A folder with templates of your own; a file in it comes before one that the app brings.',
    allowed: 'an absolute path',
    takenBy: 'email app',
    parse: orNull(matching(/^\//)),
    fallback: { value: null, shown: 'none' },
  }),
  MAIL_DKIM: setting<DkimKey | null>({
    means: 'Signs mails for the domain of MAIL_FROM.',
    allowed: 'selector:/absolute/path, where the path is that of a private key in PEM format',
    takenBy: 'email app',
    parse: orNull(dkimKey),
    fallback: { value: null, shown: 'mails are not signed' },
  }),
} as const;
