import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type MailStore } from './mail-store.js';
import { listPage, mailPage } from './pages.js';

/** Frames with `srcdoc` are under it too: a mail loads nothing, sends nothing and runs nothing. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;
/** A page of another site that has its name resolved to this machine asks under that name. */
const OWN_NAME = /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/;

interface Answer {
  readonly status: number;
  readonly type: 'text/html' | 'application/json' | 'text/plain';
  readonly body: string;
}

/** Shows the mails on a loopback port: a page, and `GET /messages` for programs. */
export async function showMails(store: MailStore, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const { status, type, body } = answer(store, request);
    response.writeHead(status, { ...HEADERS, 'content-type': `${type}; charset=utf-8` }).end(body);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function answer(store: MailStore, { method, url = '/', headers }: IncomingMessage): Answer {
  if (!OWN_NAME.test(headers.host ?? '')) return plain(403, 'This inbox answers to 127.0.0.1 and localhost alone.');
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'This inbox can only be read.');
  const [path = ''] = url.split('?');
  if (path === '/') return html(listPage(store.mails));
  if (path === '/messages') return { status: 200, type: 'application/json', body: JSON.stringify(store.mails) };
  const mail = store.find(path.replace(/^\/mails\//, ''));
  return mail === undefined ? plain(404, 'There is no such page, or the mail is gone.') : html(mailPage(mail));
}

function html(body: string): Answer {
  return { status: 200, type: 'text/html', body };
}

function plain(status: number, body: string): Answer {
  return { status, type: 'text/plain', body };
}
