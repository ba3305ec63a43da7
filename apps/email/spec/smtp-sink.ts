import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** A mail as it came in. */
export interface SunkMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body. */
  readonly raw: string;
}

/** What a test wants the server to say; undefined accepts. */
export interface SinkAnswers {
  readonly toSender?: (address: string) => Refusal | undefined;
  readonly toRecipient?: (address: string) => Refusal | undefined | Promise<Refusal | undefined>;
  /** The first bytes of a mail have come. */
  readonly toContent?: () => void;
  /** It has the whole mail; until this settles it says nothing. */
  readonly toMail?: (mail: SunkMail) => Refusal | undefined | Promise<Refusal | undefined>;
  /** With one, clients must log in, and may do so without TLS. */
  readonly toLogin?: (user: string | null, password: string | null) => Refusal | undefined;
  /** With these it offers STARTTLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** What a server answers that does not take something. */
export interface Refusal {
  readonly code: number;
  readonly text: string;
}

/** A real SMTP server on a loopback port that keeps what it accepts. */
export class SmtpSink {
  /** In the order they came. */
  readonly mails: SunkMail[] = [];
  /** What was offered, also what was refused then. */
  readonly offered: SunkMail[] = [];
  connections = 0;
  readonly #server: SMTPServer;

  private constructor(answers: SinkAnswers) {
    this.#server = new SMTPServer({
      disabledCommands: [
        ...(answers.toLogin === undefined ? ['AUTH'] : []),
        ...(answers.tls === undefined ? ['STARTTLS'] : []),
      ],
      ...answers.tls,
      ...{ allowInsecureAuth: true, disableReverseLookup: true, closeTimeout: 1 },
      onConnect: (_session, done) => {
        this.connections += 1;
        done();
      },
      onAuth: ({ username = null, password = null }, _session, done) => {
        const refusal = answers.toLogin?.(username, password);
        if (refusal === undefined) done(null, { user: username });
        else done(asError(refusal));
      },
      onMailFrom: ({ address }, _session, done) => {
        done(asError(answers.toSender?.(address)));
      },
      onRcptTo: ({ address }, _session, done) => {
        void Promise.resolve(answers.toRecipient?.(address)).then((refusal) => {
          done(asError(refusal));
        });
      },
      onData: (stream, { envelope }, done) => {
        if (answers.toContent !== undefined) stream.once('data', answers.toContent);
        // The client may leave in the middle of a mail.
        buffer(stream)
          .then(async (content) => {
            const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
            const mail = { from, to: envelope.rcptTo.map(({ address }) => address), raw: content.toString() };
            this.offered.push(mail);
            const refusal = await answers.toMail?.(mail);
            if (refusal === undefined) this.mails.push(mail);
            return asError(refusal);
          })
          .then(done, (error: unknown) => {
            done(error as Error);
          });
      },
    });
  }

  static async open(answers: SinkAnswers = {}): Promise<SmtpSink> {
    const sink = new SmtpSink(answers);
    sink.#server.listen(0, '127.0.0.1');
    await once(sink.#server.server, 'listening');
    return sink;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  /** Ends every connection without a word. */
  cutOff(): void {
    for (const { _socket: socket } of this.#server.connections) socket.destroy();
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}

/** The value of a header, with its lines joined; undefined when the mail has none of this name. */
export function headerOf({ raw }: SunkMail, name: string): string | undefined {
  const [head = ''] = raw.split('\r\n\r\n');
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const line = lines.find((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line?.slice(name.length + 1).trim();
}

function asError(refusal: Refusal | undefined): Error | null {
  return refusal === undefined ? null : Object.assign(new Error(refusal.text), { responseCode: refusal.code });
}
