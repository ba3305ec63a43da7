import { PermanentError } from '#libs/consumer';

/** A language tag that there are forms for; null without one. @throws PermanentError `unknown_locale` */
export function checkedLocale(locale: string | undefined): string | null {
  if (locale === undefined) return null;
  try {
    const [known] = Intl.DateTimeFormat.supportedLocalesOf(locale);
    if (known !== undefined) return known;
  } catch {
    // No language tag at all.
  }
  throw new PermanentError('unknown_locale', `Expected a language tag such as de-DE, got ${JSON.stringify(locale)}.`);
}

/** A time zone that there is. @throws PermanentError `unknown_timezone` */
export function checkedTimezone(timezone = 'UTC'): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return timezone;
  } catch {
    const message = `Expected a time zone such as Europe/Berlin, got ${JSON.stringify(timezone)}.`;
    throw new PermanentError('unknown_timezone', message);
  }
}
