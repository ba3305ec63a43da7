import { LONGEST_MAILBOX, MAILBOX_PATTERN } from '#libs/contracts';
import { url } from './parsers.js';
import { type Parsed, type Parser } from './setting.js';

/** A server that mails are handed to. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; else by STARTTLS when the server offers it. */
  readonly secure: boolean;
  /** Null when the server wants none. */
  readonly login: { readonly user: string; readonly pass: string } | null;
}

/** Whom mails are from. */
export interface Mailbox {
  /** Empty when none is given. */
  readonly name: string;
  readonly address: string;
  /** The part of the address behind the at sign, in lower case. */
  readonly domain: string;
}

const SUBMISSION_PORT = 587;
const SUBMISSION_OVER_TLS_PORT = 465;
const REFUSED = { ok: false } as const;

const smtpUrl = url(['smtp', 'smtps'], ({ hostname, username, password, pathname, search, hash }) => {
  const bare = /^\/?$/.test(pathname) && search === '' && hash === '';
  return hostname !== '' && bare && (username === '') === (password === '');
});

/** A server by its URL; nothing but scheme, host, port and login stands in it. */
export const smtpServer: Parser<SmtpServer> = (text) => {
  const parsed = smtpUrl(text);
  if (!parsed.ok) return parsed;
  const { hostname, port, protocol, username, password } = new URL(parsed.value);
  const secure = protocol === 'smtps:';
  const standard = secure ? SUBMISSION_OVER_TLS_PORT : SUBMISSION_PORT;
  try {
    const login = username === '' ? null : { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    return { ok: true, value: { host, port: port === '' ? standard : Number(port), secure, login } };
  } catch {
    // A per cent sign that begins no byte.
    return REFUSED;
  }
};

const ADDRESS = new RegExp(`^${MAILBOX_PATTERN}$`);
const NAMED = /^([^\p{Cc}<>"(),:;@\\]{1,200}) <([^<>]*)>$/u;

/** A mailbox, with or without a name. */
export function mailbox(text: string): Parsed<Mailbox> {
  const [, name = '', address = text] = NAMED.exec(text) ?? [];
  if (address.length > LONGEST_MAILBOX || !ADDRESS.test(address)) return REFUSED;
  const at = address.indexOf('@');
  const domain = address.slice(at + 1).toLowerCase();
  return { ok: true, value: { name: name.trim(), address: `${address.slice(0, at)}@${domain}`, domain } };
}

/** A key that mails are signed with. */
export interface DkimKey {
  /** Under which the public key stands in the DNS of the domain. */
  readonly selector: string;
  /** A file in PEM format. */
  readonly keyFile: string;
}

const DKIM = /^([A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?):(\/.+)$/;

/** A DKIM key by its selector and its file. */
export const dkimKey: Parser<DkimKey> = (text) => {
  const [, selector, keyFile] = DKIM.exec(text) ?? [];
  return selector === undefined || keyFile === undefined ? REFUSED : { ok: true, value: { selector, keyFile } };
};

const SECONDS = { s: 1, m: 60, h: 3_600 } as const;
const RATE = /^([1-9][0-9]{0,6})\/([smh])$/;

/** Mails per second. */
export const rate: Parser<number> = (text) => {
  const [, count, unit] = RATE.exec(text) ?? [];
  return count === undefined ? REFUSED : { ok: true, value: Number(count) / SECONDS[unit as keyof typeof SECONDS] };
};

const EVERY_OTHER_DOMAIN = '*';
const DOMAIN = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Mails per second by the domain of a recipient. */
export const domainRates: Parser<ReadonlyMap<string, number>> = (text) => {
  const rates = new Map<string, number>();
  for (const pair of text.split(',')) {
    const [domain = '', given = ''] = pair.trim().toLowerCase().split('=');
    const read = rate(given);
    if (!read.ok || rates.has(domain) || !(domain === EVERY_OTHER_DOMAIN || DOMAIN.test(domain))) return REFUSED;
    rates.set(domain, read.value);
  }
  return { ok: true, value: rates };
};
