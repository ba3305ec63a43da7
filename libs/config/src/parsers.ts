import { isTenantName, parseDuration } from '#libs/contracts';
import { nearest } from './nearest.js';
import { type Parsed, type Parser } from './setting.js';

const REFUSED: Parsed<never> = { ok: false };

function taken<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

function refused(meant: string | undefined): Parsed<never> {
  return { ok: false, meant };
}

/** A whole number from `min` to `max`, in decimal digits. */
export function wholeNumber(min: number, max: number): Parser<number> {
  return (text) => {
    const value = Number(text);
    return /^\d{1,15}$/.test(text) && value >= min && value <= max ? taken(value) : REFUSED;
  };
}

/** One of a few words. */
export function oneOf<const T extends string>(words: readonly T[]): Parser<T> {
  return (text) => {
    const value = words.find((word) => word === text);
    if (value !== undefined) return taken(value);
    return refused(nearest(text, words, 2));
  };
}

/** Text that matches a pattern as a whole. */
export function matching(pattern: RegExp): Parser<string> {
  return (value) => (pattern.test(value) ? taken(value) : REFUSED);
}

/** Milliseconds of a duration of at least `minMs`. */
export function duration(minMs: number): Parser<number> {
  return (text) => {
    const value = parseDuration(/^\d{1,15}$/.test(text) ? Number(text) : text);
    if (value !== undefined) return value >= minMs ? taken(value) : REFUSED;
    const spaceless = text.replaceAll(/\s/g, '').toLowerCase();
    return refused(parseDuration(spaceless) === undefined ? undefined : spaceless);
  };
}

/** The same, or `forever`: null. */
export function durationOrForever(minMs: number): Parser<number | null> {
  const parse = duration(minMs);
  return (text) => (text === 'forever' ? taken(null) : parse(text));
}

const BYTE_UNITS = new Map([
  ['', 1],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40],
]);

/** A number of bytes: digits alone, or with a unit (`512MiB`, `2GiB`). */
export const bytes: Parser<number> = (text) => {
  const [, amount, unit = ''] = /^(\d{1,15})([A-Za-z]*)$/.exec(text.replaceAll(/\s/g, '')) ?? [];
  if (amount === undefined) return REFUSED;
  const factor = BYTE_UNITS.get(unit);
  const value = Number(amount) * (factor ?? 1);
  if (factor !== undefined && !/\s/.test(text))
    return value > 0 && Number.isSafeInteger(value) ? taken(value) : REFUSED;
  const meant = nearest(unit, [...BYTE_UNITS.keys()], 1);
  return refused(meant && `${amount}${meant}`);
};

/** A URL of one of the schemes that passes a test of its own; the value is the text as it was given. */
export function url(schemes: readonly string[], accepts: (url: URL) => boolean): Parser<string> {
  return (text) => {
    const parsed = URL.canParse(text) ? new URL(text) : undefined;
    if (parsed === undefined) return REFUSED;
    const scheme = parsed.protocol.slice(0, -1);
    if (schemes.includes(scheme)) return accepts(parsed) && !/\s/.test(text) ? taken(text) : REFUSED;
    const meant = nearest(scheme, schemes, 2);
    return refused(meant && `${meant}${text.slice(scheme.length)}`);
  };
}

/** The origin of a web page: scheme, host and port, as browsers send it. */
export const origin: Parser<string> = (text) => {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) return REFUSED;
  return text === parsed.origin ? taken(text) : refused(parsed.origin);
};

/** A list with commas between its items, at least one. */
export function listOf<T>(item: Parser<T>): Parser<readonly T[]> {
  return (text) => {
    const values: T[] = [];
    const likely: string[] = [];
    for (const part of text.split(',').map((each) => each.trim())) {
      const parsed = item(part);
      const meant = parsed.ok ? part : parsed.meant;
      if (meant === undefined) return REFUSED;
      if (parsed.ok) values.push(parsed.value);
      likely.push(meant);
    }
    return values.length === likely.length ? taken(values) : refused(likely.join(','));
  };
}

/** What another parser takes, changed. */
export function mapped<A, B>(parse: Parser<A>, change: (value: A) => B): Parser<B> {
  return (text) => {
    const parsed = parse(text);
    return parsed.ok ? taken(change(parsed.value)) : parsed;
  };
}

/** Broker users and the tenants that they speak for: `shop=acme,crm=globex`. */
export const tenantsByUser: Parser<ReadonlyMap<string, string>> = (text) => {
  const pairs = text.split(',').map((pair) => pair.trim().split('='));
  const read = pairs.every(([user, tenant = '', ...rest]) => user !== '' && isTenantName(tenant) && rest.length === 0);
  const users = new Map(pairs.map(([user = '', tenant = '']) => [user, tenant]));
  return read && users.size === pairs.length ? taken(users) : REFUSED;
};
