// The development inbox of npm start: takes every mail of the suite by SMTP and shows it on a page.
import { receiveMails } from './mail-receiver.js';
import { showMails } from './mail-pages.js';
import { MailStore } from './mail-store.js';

const MOST_MAILS = 1_000;
const MOST_BYTES = 100 * 1_024 * 1_024;

const { MAIL_INBOX_SMTP_PORT, MAIL_INBOX_HTTP_PORT } = process.env;
const store = new MailStore(MOST_MAILS, MOST_BYTES);
const receiver = await receiveMails(store, Number(MAIL_INBOX_SMTP_PORT));
const pages = await showMails(store, Number(MAIL_INBOX_HTTP_PORT));

function end(): void {
  pages.close();
  pages.closeAllConnections();
  receiver.close(() => {
    process.exit(0);
  });
}
process.on('SIGTERM', end);
process.on('SIGINT', end);
// Who started it has died.
process.on('disconnect', end);
process.send?.({ type: 'ready', url: `http://127.0.0.1:${String(MAIL_INBOX_HTTP_PORT)}/` });
