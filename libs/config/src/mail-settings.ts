import { certificateFile } from './certificates.js';
import { type DkimKey, dkimKey, domainRates, mailbox, rate, smtpServer } from './mail-parsers.js';
import { matching, wholeNumber } from './parsers.js';
import { orNull, setting } from './setting.js';

const RATE_FORM = 'a whole number of mails per second, minute or hour: 10/s, 300/m, 5000/h';

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
  SMTP_CA_FILE: setting<string | null>({
    means: 'The authorities that may have signed the certificate of the server; with it no mail goes without TLS.',
    allowed: 'the path of a readable file with certificates in PEM format',
    takenBy: 'email app',
    parse: orNull(certificateFile),
    fallback: { value: null, shown: "Node's own" },
  }),
  SMTP_CONNECTIONS: setting({
    means: 'How many connections a process of the email app has to the server at most, one mail at a time on each.',
    allowed: 'a whole number from 1 to 1000',
    takenBy: 'email app',
    parse: wholeNumber(1, 1_000),
    fallback: { value: 10, shown: '10' },
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
  MAIL_RATE: setting<number | null>({
    means: 'How many mails are sent at most, by all processes of the app together.',
    allowed: RATE_FORM,
    takenBy: 'email app',
    parse: orNull(rate),
    fallback: { value: null, shown: 'as fast as the server takes them' },
  }),
  MAIL_DOMAIN_RATES: setting<ReadonlyMap<string, number>>({
    means:
      'How many mails are sent at most to a domain of recipients, by all processes together; * is every other domain.',
    allowed: `domain=rate pairs with commas between them, e.g. gmail.com=5/s,*=20/s; a rate is ${RATE_FORM}`,
    takenBy: 'email app',
    parse: domainRates,
    fallback: { value: new Map(), shown: 'none' },
  }),
  MAIL_PROCESSES: setting({
    means: 'How many processes of the email app run: each keeps to its share of the rates.',
    allowed: 'a whole number from 1 to 1000',
    takenBy: 'email app',
    parse: wholeNumber(1, 1_000),
    fallback: { value: 1, shown: '1' },
  }),
  MAIL_DKIM: setting<DkimKey | null>({
    means: 'Signs mails for the domain of MAIL_FROM.',
    allowed: 'selector:/absolute/path, where the path is that of a private key in PEM format',
    takenBy: 'email app',
    parse: orNull(dkimKey),
    fallback: { value: null, shown: 'mails are not signed' },
  }),
  UNSUBSCRIBE_SECRET: setting<string | null>({
    means: 'Signs the links by which recipients of a campaign unsubscribe; without it mails have none.',
    allowed: 'at least 32 characters',
    takenBy: 'gateway and email app',
    parse: orNull(matching(/^.{32,}$/)),
    fallback: { value: null, shown: 'none' },
    advice: 'make one with: openssl rand -base64 48',
    secret: true,
  }),
} as const;
