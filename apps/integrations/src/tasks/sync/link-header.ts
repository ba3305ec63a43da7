const LINK = /<([^>]*)>([^<]*)/g;
const NEXT = /;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\b)/i;

/** The whole URL that a header `Link` names as the next; null when it names none. @param from where the header came from */
export function linkToNext(header: string | undefined, from: URL): string | null {
  for (const [, target = '', parameters = ''] of (header ?? '').matchAll(LINK)) {
    if (NEXT.test(parameters) && URL.canParse(target, from.href)) return new URL(target, from).href;
  }
  return null;
}
