// An SMTP server of its own process that takes every mail and keeps none; it tells when it has had so many.
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

let taken = 0;
let wanted = Number.POSITIVE_INFINITY;

const server = new SMTPServer({
  ...{ disabledCommands: ['AUTH', 'STARTTLS'], disableReverseLookup: true, closeTimeout: 1 },
  onData: (stream, _session, done) => {
    stream.resume().once('end', () => {
      taken += 1;
      done(null);
      tell();
    });
  },
});
server.on('error', () => undefined);
server.listen(0, '127.0.0.1');
await once(server.server, 'listening');

process.on('message', (count: number) => {
  taken = 0;
  wanted = count;
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port: (server.server.address() as AddressInfo).port });

function tell(): void {
  if (taken === wanted) process.send?.({ taken });
}
