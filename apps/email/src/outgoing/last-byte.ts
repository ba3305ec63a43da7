import { type Readable, Transform } from 'node:stream';

/**
 * Passes a mail on and keeps its end back until `before` has settled. A server takes a mail when it has seen its end, so
 * until then it certainly has not; what `before` throws ends the mail unsent.
 */
export function untilLastByte(mail: Readable, before: () => Promise<void>): Readable {
  const gate = new Transform({
    transform: (chunk, _encoding, done) => {
      done(null, chunk);
    },
    flush: (done) => {
      before().then(() => {
        done();
      }, done);
    },
  });
  // Joined by hand: nodemailer destroys the mail with the gate, and a pipeline costs an AbortError for each mail.
  mail.once('error', (error) => gate.destroy(error));
  return mail.pipe(gate);
}
