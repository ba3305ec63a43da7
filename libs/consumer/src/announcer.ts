import { setTimeout as delay } from 'node:timers/promises';
import { type Announcement, TIMES } from '#libs/contracts';
import { type Publisher, type Reporter } from '#libs/broker';

/** Between two tries of the first announcement: a broker that refuses it at once would be asked without a pause. */
const PAUSE_MS = 500;

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
    await publisher.whenReady(signal);
    while (!(await this.announce())) {
      await delay(PAUSE_MS, undefined, { signal });
      await publisher.whenReady(signal);
    }
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
