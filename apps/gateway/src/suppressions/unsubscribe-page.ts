import { createHash } from 'node:crypto';

const STYLE =
  'body{font:18px/1.5 system-ui,sans-serif;margin:4rem auto;max-width:36rem;padding:0 1rem}button{font:inherit}';

/** Its one style, and the form that leads back to where it came from. */
export const PAGE_POLICY =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Asks whether an address shall get no more mails: following the link alone, as scanners do, changes nothing. */
export function questionPage(address: string): string {
  const question = `<p>Shall ${escaped(address)} get no more of these mails?</p>`;
  return page('Unsubscribe', `${question}<form method="post"><button>Unsubscribe</button></form>`);
}

/** Says that it is done. */
export function donePage(address: string): string {
  return page('Unsubscribed', `<p>${escaped(address)} gets no more of these mails.</p>`);
}

function page(title: string, content: string): string {
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>`;
  return `<!doctype html><html lang="en">${head}<style>${STYLE}</style><h1>${title}</h1>${content}</html>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
