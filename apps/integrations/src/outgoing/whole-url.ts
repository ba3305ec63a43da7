import { PermanentError } from '#libs/consumer';

/** The URL of a call without a connection. @throws PermanentError `invalid_url` */
export function wholeUrl(url: string): URL {
  if (URL.canParse(url)) return new URL(url);
  throw new PermanentError('invalid_url', 'Expected an http or https URL; a path alone needs a connection.');
}
