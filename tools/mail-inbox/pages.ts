import { type KeptMail } from './kept-mail.js';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}' +
  'table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.4rem;text-align:left}' +
  'pre{white-space:pre-wrap;overflow-wrap:anywhere}iframe{border:1px solid #ccc;height:40rem;width:100%}';

/** What a mail links to is a page like any other, and has its own rights. */
const FRAME = 'sandbox="allow-popups allow-popups-to-escape-sandbox"';
/** The first one counts, whatever the mail says. */
const LINKS_IN_TABS = '<base target="_blank">';

/** The list of mails. */
export function listPage(mails: readonly KeptMail[]): string {
  const rows = mails.map(
    ({ id, from, to, subject, receivedAt }) =>
      `<tr><td>${escaped(receivedAt)}</td><td>${escaped(from)}</td><td>${escaped(to.join(', '))}</td>` +
      `<td><a href="/mails/${escaped(id)}">${escaped(subject === '' ? '(no subject)' : subject)}</a></td></tr>`,
  );
  const table = `<table><tr><th>Received<th>From<th>To<th>Subject</tr>${rows.join('')}</table>`;
  const content = mails.length === 0 ? '<p>No mail yet. Reload the page to look again.</p>' : table;
  return page('Inbox', `<h1>Inbox</h1><p>Mails of this suite end here; they reach nobody.</p>${content}`);
}

/** One mail. Its HTML stands in a frame without scripts, forms and an origin; its links open in tabs of their own. */
export function mailPage(mail: KeptMail): string {
  const facts = [
    ['From', mail.from],
    ['To', mail.to.join(', ')],
    ['Received', mail.receivedAt],
    ['Message-ID', mail.messageId ?? ''],
    ...mail.attachments.map(({ filename, contentType, size }) => [
      'Attachment',
      `${filename ?? 'without a name'} (${contentType}, ${size} bytes)`,
    ]),
  ];
  const rows = facts.map(([name = '', value = '']) => `<tr><th>${escaped(name)}<td>${escaped(value)}</tr>`);
  const html =
    mail.html === null ? '' : `<h2>HTML</h2><iframe ${FRAME} srcdoc="${escaped(LINKS_IN_TABS + mail.html)}"></iframe>`;
  const text = mail.text === null ? '' : `<h2>Text</h2><pre>${escaped(mail.text)}</pre>`;
  const heading = `<p><a href="/">Inbox</a></p><h1>${escaped(mail.subject)}</h1>`;
  return page(mail.subject, `${heading}<table>${rows.join('')}</table>${html}${text}`);
}

function page(title: string, content: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style>${content}</html>`;
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
