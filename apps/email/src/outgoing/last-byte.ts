import { pipeline, type Readable, Transform } from 'node:stream';

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
  // An error of the mail destroys the gate, whose reader hears of it there.
  return pipeline(mail, gate, () => undefined);
}
