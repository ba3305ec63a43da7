// An SMTP server of its own process that takes every mail and keeps none; it tells when it has had so many. It may be told to
// think before it answers, as a server at the other end of a network seems to.
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { type MailsToCome, type MailSinkAnswer } from './mail-sink.js';

let taken = 0;
let toCome: MailsToCome = { count: Number.POSITIVE_INFINITY, answerMs: 0 };

const server = new SMTPServer({
  ...{ disabledCommands: ['AUTH', 'STARTTLS'], disableReverseLookup: true, closeTimeout: 1 },
  onMailFrom: (_address, _session, done) => {
    answer(done);
  },
  onRcptTo: (_address, _session, done) => {
    answer(done);
  },
  onData: (stream, _session, done) => {
    stream.resume().once('end', () => {
      answer(() => {
        taken += 1;
        done(null);
        if (taken === toCome.count) tell({ taken });
      });
    });
  },
});
server.on('error', () => undefined);
server.listen(0, '127.0.0.1');
await once(server.server, 'listening');

process.on('message', (message: MailsToCome) => {
  taken = 0;
  toCome = message;
});
process.on('disconnect', () => process.exit(0));
tell({ port: (server.server.address() as AddressInfo).port });

function tell(answer: MailSinkAnswer): void {
  process.send?.(answer);
}

function answer(done: () => void): void {
  if (toCome.answerMs === 0) done();
  else setTimeout(done, toCome.answerMs);
}
