// Stands in for the catcher of mails of docker-compose.yml where its image cannot be pulled: takes every mail on port 1025, and
// lists them on port 8025 as Mailpit's GET /api/v1/messages does.
import { createServer } from 'node:http';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

const messages = [];

new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'], onData }).listen(1025);
createServer((request, response) => {
  const found = request.url?.startsWith('/api/v1/messages') === true;
  response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(found ? { total: messages.length, messages } : {}));
}).listen(8025);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit());

function onData(stream, session, done) {
  simpleParser(stream).then(({ subject, from }) => {
    const To = session.envelope.rcptTo.map(({ address }) => ({ Name: '', Address: address }));
    messages.unshift({ From: { Name: '', Address: from?.value[0]?.address }, To, Subject: subject });
    done();
  }, done);
}
