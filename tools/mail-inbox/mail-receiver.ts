import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { readMail } from './kept-mail.js';
import { type MailStore } from './mail-store.js';

const LARGEST_MAIL = 25 * 1_024 * 1_024;
const CLOSE_MS = 1_000;

/** Takes every mail that comes by SMTP to a loopback port, from anybody on this machine, and brings none of them anywhere. */
export async function receiveMails(store: MailStore, port: number): Promise<SMTPServer> {
  const server = new SMTPServer({
    ...{ size: LARGEST_MAIL, closeTimeout: CLOSE_MS, disableReverseLookup: true },
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, session, done) => {
      keep(store, stream, session).then(
        () => {
          done(null);
        },
        (error: unknown) => {
          done(error as Error);
        },
      );
    },
  });
  // A client that leaves in the middle is no matter of the others.
  server.on('error', () => undefined);
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  return server;
}

async function keep(store: MailStore, stream: SMTPServerDataStream, { envelope }: SMTPServerSession): Promise<void> {
  const raw = await buffer(stream);
  if (stream.sizeExceeded) {
    throw Object.assign(new Error(`The inbox takes mails of at most ${LARGEST_MAIL} bytes`), { responseCode: 552 });
  }
  const to = envelope.rcptTo.map(({ address }) => address);
  store.add(await readMail(raw, to), raw.length);
}
