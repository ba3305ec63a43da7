import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PROJECT } from '../../tools/start/app-list.js';

const MAIN = join(PROJECT, 'dist', 'bench', 'mail-sink', 'main.js');

/** What a server is to expect. */
export interface MailsToCome {
  readonly count: number;
  /** How long it takes for each of the three answers that decide about a mail. */
  readonly answerMs: number;
}

/** A mail server in a process of its own, so that what it costs is not the sender's. */
export class MailSink {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(): Promise<MailSink> {
    const child = fork(MAIN);
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new MailSink(child, port);
  }

  /** Sends by `send` and waits until that many mails have come; how many a second. */
  async rate(toCome: MailsToCome, send: () => Promise<unknown>): Promise<number> {
    const { count } = toCome;
    this.child.send(toCome);
    const came = once(this.child, 'message');
    const began = performance.now();
    await Promise.all([send(), came]);
    return count / ((performance.now() - began) / 1_000);
  }

  async stop(): Promise<void> {
    this.child.disconnect();
    await once(this.child, 'exit');
  }
}
