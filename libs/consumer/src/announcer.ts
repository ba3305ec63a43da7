import { type Announcement, TIMES } from '#libs/contracts';
import { type Publisher, type Reporter } from '#libs/broker';

/** Says which tasks this app has: whenever the broker can be reached again, every five minutes, and when asked. */
export class Announcer {
  readonly #reporter: Pick<Reporter, 'send'>;
  readonly #announcement: Announcement;
  #timer: NodeJS.Timeout | undefined;

  constructor(reporter: Pick<Reporter, 'send'>, announcement: Announcement) {
    this.#reporter = reporter;
    this.#announcement = announcement;
  }

  /** Settles when the first announcement is confirmed; rejects when the signal aborts first. */
  async start(publisher: Pick<Publisher, 'onReady' | 'whenReady'>, signal: AbortSignal): Promise<void> {
    do await publisher.whenReady(signal);
    while (!(await this.announce()));
    publisher.onReady(() => void this.announce());
    this.#timer = setInterval(() => void this.announce(), TIMES.announceEveryMs).unref();
  }

  /** False when the broker did not take it; the next occasion says it again. */
  async announce(): Promise<boolean> {
    return this.#reporter.send('announce', this.#announcement).then(
      () => true,
      () => false,
    );
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
