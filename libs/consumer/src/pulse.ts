import { type Heartbeat, TIMES } from '#libs/contracts';
import { type Publisher, type Reporter } from '#libs/broker';

/**
 * Says every two seconds that this process is alive and which runs it has in hand, and at once when the broker can be
 * reached again: its runs would be given up for lost if it were silent for longer than the others.
 */
export class Pulse {
  readonly #reporter: Pick<Reporter, 'send'>;
  readonly #heartbeat: () => Omit<Heartbeat, 'seq'>;
  #seq = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(reporter: Pick<Reporter, 'send'>, heartbeat: () => Omit<Heartbeat, 'seq'>) {
    this.#reporter = reporter;
    this.#heartbeat = heartbeat;
  }

  start(publisher: Pick<Publisher, 'onReady'>): void {
    this.#beat();
    publisher.onReady(() => {
      this.#beat();
    });
    this.#timer = setInterval(() => {
      this.#beat();
    }, TIMES.heartbeatMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  // One that is lost is made up for by the next.
  #beat(): void {
    this.#seq += 1;
    this.#reporter.send('heartbeat', { ...this.#heartbeat(), seq: this.#seq }).catch(() => undefined);
  }
}
