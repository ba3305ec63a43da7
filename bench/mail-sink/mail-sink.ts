import { ChildProgram } from '../child-program.js';

/** What a server is to expect. */
export interface MailsToCome {
  readonly count: number;
  /** How long it takes for each of the three answers that decide about a mail. */
  readonly answerMs: number;
}

/** Where it is, at first; then, each time, that all have come. */
export type MailSinkAnswer = { readonly port: number } | { readonly taken: number };

/** A mail server in a process of its own, so that what it costs is not the sender's. */
export class MailSink {
  private constructor(
    private readonly program: ChildProgram<MailsToCome, MailSinkAnswer>,
    readonly port: number,
  ) {}

  static async start(): Promise<MailSink> {
    const program = new ChildProgram<MailsToCome, MailSinkAnswer>('mail-sink');
    const { port } = await program.hear((answer) => 'port' in answer);
    return new MailSink(program, port);
  }

  get pid(): number {
    return this.program.pid;
  }

  /** Sends by `send` and waits until that many mails have come; how many a second. */
  async rate(toCome: MailsToCome, send: () => Promise<unknown>): Promise<number> {
    const { count } = toCome;
    this.program.tell(toCome);
    const came = this.program.hear();
    const began = performance.now();
    await Promise.all([send(), came]);
    return count / ((performance.now() - began) / 1_000);
  }

  stop(): Promise<void> {
    return this.program.stop();
  }
}
